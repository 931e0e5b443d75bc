using System.Runtime.InteropServices;
using Onnx;
using QDrop;
using QDrop.Artifacts;
using QDrop.CompilerServices;
using QDrop.Layers;
using QDrop.Operations;
using QDrop.Programs;
using QDrop.Quantizers;
using QDrop.Recording;
using QDrop.Tests.Onnx;
using Zoo.Vision;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Zoo.Tests;

/// <summary>Models with the grids of hardware.</summary>
public sealed class HardwareTests(Measurements measurements) : IClassFixture<Measurements>
{
    public static TheoryData<string> Names =>
        [nameof(LeNet), nameof(ResNet18), nameof(MobileNetV2), nameof(Vgg), nameof(DenseNet), nameof(UNet)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Grids_are_those_of_hardware(string name)
    {
        QuantizedModelState state = measurements.Of(name).Hardware();

        Assert.All(state.Layers, static layer =>
        {
            Assert.True(IsPowerOfTwo(Assert.Single(layer.Scale.data<float>().ToArray().Distinct())));
            Assert.All(layer.ZeroPoint.data<float>().ToArray(), z => Assert.Equal(1 << (layer.Bits - 1), z));
        });
        Assert.All(state.Activations, static activation =>
        {
            Assert.Null(activation.Channels);
            Assert.Contains(activation.ZeroPoint, new[] { 0f, 1 << (activation.Bits - 1) });
            Assert.True(IsPowerOfTwo(activation.Scale));
        });
        Assert.Contains(state.Activations, static activation => activation.ZeroPoint == 0);
        // What the first layer reads, and what comes from mean pooling.
        ActivationState[] inputs =
            [.. state.Activations.Where(static a => a.Name.EndsWith(".input", StringComparison.Ordinal))];
        Assert.Contains(inputs, i => i.Name == state.Layers[0].Name + ".input");
        Assert.All(inputs, static i => Assert.Equal(8, i.Bits));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_code_of_the_program_is_that_of_the_twin(string name)
    {
        string path = Path.Combine(Path.GetTempPath(), $"zoo-{Guid.NewGuid():n}.safetensors");
        try
        {
            Artifact.Write(path, measurements.Of(name).Hardware());
            using IDisposable guard = no_grad();
            ZooModel zoo = Measurements.Model(name);
            using Module quantized = zoo.Load(path);
            random.manual_seed(7);
            Tensor[] inputs = zoo.Inputs(4);
            var values = new Values();
            ((IModelTwin)quantized).Context.Watcher = values;
            _ = zoo.Forward(quantized, [.. inputs.Select(static x => x.clone())]);

            var contents = ArtifactContents.Read(path);
            ProgramGraph graph = Vocabulary.Bind(contents.Program!, contents.Data);
            (ProgramOutput Output, string Grid)[] activations =
            [
                .. graph.Operations.Select((o, i) => (Operation: o, Value: graph.Inputs.Count + i))
                    .Where(static o => o.Operation.Name == "quantize")
                    .Select(static o => (
                        new ProgramOutput($"{o.Value}", o.Value, ValueKind.Float32, []),
                        o.Operation.Arguments.Text("grid"))),
            ];
            Assert.NotEmpty(activations);
            using var program = new QuantizedProgram(
                contents.Model, graph with { Outputs = [.. activations.Select(static a => a.Output)] }, contents.Data);
            Constant[] arguments = [.. inputs.Select(static x => Recorder.ConstantOf(x)!)];
            IReadOnlyList<Constant> found = program.RunWith(
                [.. arguments.Select(static a => a.Bytes)], [.. arguments.Select(static a => a.Shape)]);
            for (int i = 0; i < found.Count; i++)
                Assert.True(found[i].HasSame(values[activations[i].Grid]), activations[i].Grid);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void QONNX_gives_by_the_definition_what_the_program_gives(string name)
    {
        string path = Path.Combine(Path.GetTempPath(), $"zoo-{Guid.NewGuid():n}.safetensors");
        try
        {
            Artifact.Write(path, measurements.Of(name).Hardware());
            random.manual_seed(7);
            Constant[] inputs =
                [.. Measurements.Model(name).Inputs(2).Select(static x => Recorder.ConstantOf(x)!)];
            using var program = QuantizedProgram.Load(path);
            IReadOnlyList<Constant> expected = program.RunWith(
                [.. inputs.Select(static i => i.Bytes)], [.. inputs.Select(static i => i.Shape)]);
            using var stream = new MemoryStream();
            program.ToOnnx(stream, new() { Format = OnnxFormat.Qonnx });
            ModelProto model = ModelProto.Parser.ParseFrom(stream.ToArray());
            // Everything that hardware takes is one number for all.
            Assert.All(
                model.Graph.Node.Where(static n => n.OpType == "Quant"),
                n => Assert.All(n.Input.Skip(1), i => Assert.Empty(model.Graph.Initializer.Single(t => t.Name == i).Dims)));
            foreach ((Constant e, Constant f) in expected.Zip(QonnxEvaluator.Run(model, inputs)))
                Assert.InRange(ErrorOf(e, f), 0, 1e-6);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static double ErrorOf(Constant expected, Constant found)
    {
        float[] e = MemoryMarshal.Cast<byte, float>(expected.Bytes).ToArray(),
            f = MemoryMarshal.Cast<byte, float>(found.Bytes).ToArray();
        return Math.Sqrt(e.Zip(f, static (a, b) => ((double)a - b) * (a - b)).Sum() / e.Sum(static a => (double)a * a));
    }

    private static bool IsPowerOfTwo(float x) => float.IsPow2(x) || float.IsPow2(1 / x);

    /// <summary>What the quantizers of a twin give.</summary>
    private sealed class Values : IValueWatcher
    {
        private readonly Dictionary<string, Constant> _values = [];

        public Constant this[string quantizer] => _values[quantizer];

        public Tensor OnValue(QuantizedLayer layer, Tensor output) => output;

        public Tensor OnValue(ActivationQuantizer quantizer, Tensor input)
        {
            _values.Add(quantizer.Name, Recorder.ConstantOf(quantizer.Forward(input))!);
            return input;
        }
    }
}
