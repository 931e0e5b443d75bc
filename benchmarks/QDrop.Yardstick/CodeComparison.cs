using Cifar10;
using Cifar10.Data;
using QDrop.Artifacts;
using QDrop.CompilerServices;
using QDrop.Layers;
using QDrop.Operations;
using QDrop.Programs;
using QDrop.Quantizers;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Yardstick;

/// <summary>
/// Compares the codes of every activation in a program with those of the quantized twin in TorchSharp, on test images.
/// </summary>
internal static class CodeComparison
{
    private const int BatchSize = 100;

    /// <summary>Compares, and writes what differs.</summary>
    /// <param name="artifact">A quantized ResNet-20.</param>
    /// <param name="count">Number of test images.</param>
    public static void Run(string artifact, int count)
    {
        using IDisposable guard = no_grad();
        using ResNet20.Quantized twin = ResNet20.LoadQuantized(artifact);
        var contents = ArtifactContents.Read(artifact);
        ProgramGraph graph = Vocabulary.Bind(contents.Program!, contents.Data);
        (ActivationGrid Grid, int Value)[] activations =
        [
            .. graph.Operations.Select((o, i) => (o.Data as ActivationGrid, Value: graph.Inputs.Count + i))
                .Where(static o => o.Item1 is not null).Select(static o => (o.Item1!, o.Value)),
        ];
        ProgramOutput[] outputs =
            [.. activations.Select(static a => new ProgramOutput(a.Grid.Name, a.Value, ValueKind.Float32, []))];
        using var program = new QuantizedProgram(
            contents.Model, graph with { Outputs = [.. outputs, graph.Outputs[0]] }, contents.Data);

        CifarImages images = CifarFolder.Find().Test();
        long[] elements = new long[activations.Length], different = new long[activations.Length],
            further = new long[activations.Length];
        (int sameClass, int seen) = (0, 0);
        for (int first = 0; first < Math.Min(count, images.Count); first += BatchSize)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor batch = Batch.Of(images, first, Math.Min(BatchSize, images.Count - first)).Inputs.contiguous();
            using var values = new Values();
            twin.Context.Watcher = values;
            Tensor logits = twin.call(batch);
            twin.Context.Watcher = null;
            IReadOnlyList<Constant> found = program.RunWith(
                [batch.bytes.ToArray()], [Array.ConvertAll(batch.shape, static s => (int)s)]);
            for (int i = 0; i < activations.Length; i++)
            {
                Tensor steps = ((OfBytes(found[i]) - values[activations[i].Grid.Name]) / activations[i].Grid.Scales[0])
                    .abs().round();
                elements[i] += steps.numel();
                different[i] += steps.count_nonzero().ToInt64();
                further[i] += (steps > 1).count_nonzero().ToInt64();
            }
            sameClass += (int)OfBytes(found[^1]).argmax(1).eq(logits.argmax(1)).sum().ToInt64();
            seen += (int)batch.shape[0];
        }
        Console.WriteLine($"{"activation",-28}{"bits",5}{"codes",16}{"differ",12}{"by more than 1",16}");
        for (int i = 0; i < activations.Length; i++)
        {
            ActivationGrid grid = activations[i].Grid;
            Console.WriteLine($"{grid.Name,-28}{grid.Bits,5}{elements[i],16:n0}{different[i],12:n0}{further[i],16:n0}");
        }
        double share = 100.0 * different.Sum() / elements.Sum();
        Console.WriteLine(
            $"{"all",-33}{elements.Sum(),16:n0}{different.Sum(),12:n0}{further.Sum(),16:n0}\n"
                + $"{share:0.0000} % differ; same class for {sameClass:n0} of {seen:n0} images");
    }

    private static Tensor OfBytes(Constant constant)
    {
        Tensor result = empty(Array.ConvertAll(constant.Shape, static s => (long)s), ScalarType.Float32);
        constant.Bytes.CopyTo(result.bytes);
        return result;
    }

    /// <summary>What the quantizers of a twin give.</summary>
    private sealed class Values : IValueWatcher, IDisposable
    {
        private readonly Dictionary<string, Tensor> _values = [];

        public Tensor this[string quantizer] => _values[quantizer];

        public Tensor OnValue(QuantizedLayer layer, Tensor output) => output;

        public Tensor OnValue(ActivationQuantizer quantizer, Tensor input)
        {
            _values.Add(quantizer.Name, quantizer.Forward(input).contiguous().DetachFromDisposeScope());
            return input;
        }

        public void Dispose()
        {
            foreach (Tensor value in _values.Values)
                value.Dispose();
        }
    }
}
