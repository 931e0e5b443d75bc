using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using QDrop.Operations;
using QDrop.Programs;
using QDrop.Tests.Onnx;
using QDrop.Tests.Programs;
using Xunit;

namespace QDrop.Tests.Running;

/// <summary>A program with random inputs, that runs as it is and as ONNX.</summary>
/// <param name="random">What the inputs are made of.</param>
internal sealed class ProgramCase(Random random)
{
    /// <summary>A size that is another one in each run.</summary>
    public const int Any = -1;

    private readonly List<(ValueKind Kind, int[] Shape, Func<double> Next)> _inputs = [];

    /// <summary>What the weights are made of.</summary>
    public Random Random => random;

    /// <summary>The program.</summary>
    public SmallProgram Program { get; } = new();

    /// <summary>The values that it gives.</summary>
    public List<int> Outputs { get; } = [];

    /// <summary>The program as ONNX is given it.</summary>
    public ProgramGraph Bound => Vocabulary.Bind(Program.Graph([.. Outputs]), Program.Data);

    /// <summary>An input of numbers between two others; it comes before all operations.</summary>
    public int Between(double low, double high, params int[] shape) =>
        Input(ValueKind.Float32, shape, () => low + ((high - low) * random.NextDouble()));

    /// <summary>An input of numbers between −1 and 1.</summary>
    public int Floats(params int[] shape) => Between(-1, 1, shape);

    /// <summary>An input of multiples of a half.</summary>
    public int Halves(params int[] shape) =>
        Input(ValueKind.Float32, shape, () => random.Next(-8, 9) / 2.0);

    /// <summary>An input of whole numbers, from one to before another.</summary>
    public int Integers(int low, int end, params int[] shape) =>
        Input(ValueKind.Int64, shape, () => random.Next(low, end));

    /// <summary>An input of truth values.</summary>
    public int Truths(params int[] shape) => Input(ValueKind.Bool, shape, () => random.Next(2));

    /// <summary>An operation whose result is an output.</summary>
    public void Gives(string name, int[] operands, params (string, object)[] arguments) =>
        Outputs.Add(Program.Add(name, operands, arguments));

    /// <summary>The program as ONNX.</summary>
    public byte[] ToOnnx(OnnxOptions? options = null)
    {
        using var program = new QuantizedProgram("Test", Bound, Program.Data);
        using var stream = new MemoryStream();
        program.ToOnnx(stream, options);
        return stream.ToArray();
    }

    /// <summary>Checks that ONNX Runtime gives what the program gives in float32, for some sizes.</summary>
    /// <param name="options">How it is written.</param>
    /// <param name="tolerance">By how much numbers may differ, relative to the greatest output.</param>
    /// <param name="strays">The share of numbers that may differ by more.</param>
    public void Check(OnnxOptions? options = null, double tolerance = 2e-5, double strays = 0)
    {
        byte[] model = ToOnnx(options);
        using SessionOptions session = OnnxRunner.Options(GraphOptimizationLevel.ORT_ENABLE_ALL);
        using var loaded = new InferenceSession(model, session);
        foreach (int size in (int[])[3, 1, 5])
            Check(loaded, size, tolerance, strays);
    }

    /// <summary>Random inputs.</summary>
    /// <param name="size">What stands for the sizes that may be any.</param>
    public IReadOnlyList<Constant> Inputs(int size) =>
        [.. _inputs.Select(i => Make(i.Kind, Array.ConvertAll(i.Shape, s => s == Any ? size : s), i.Next))];

    /// <summary>What the program gives in float32.</summary>
    public IReadOnlyList<Constant> Expected(IReadOnlyList<Constant> inputs)
    {
        using var program = new QuantizedProgram("Test", Bound, data: null);
        return program.RunWith([.. inputs.Select(static i => i.Bytes)], [.. inputs.Select(static i => i.Shape)]);
    }

    /// <summary>Checks that outputs are those that are expected.</summary>
    public static void Equal(
        IReadOnlyList<Constant> expected, IReadOnlyList<Constant> found, double tolerance, double strays)
    {
        Assert.Equal(expected.Count, found.Count);
        foreach ((Constant e, Constant f) in expected.Zip(found))
        {
            Assert.Equal(e.Kind, f.Kind);
            Assert.Equal(e.Shape, f.Shape);
            if (e.Kind != ValueKind.Float32)
            {
                Assert.Equal(e.Bytes, f.Bytes);
                continue;
            }
            float[] a = MemoryMarshal.Cast<byte, float>(e.Bytes).ToArray(),
                b = MemoryMarshal.Cast<byte, float>(f.Bytes).ToArray();
            double greatest = a.Where(float.IsFinite).Select(Math.Abs).Append(0).Max();
            int others = a.Zip(b).Count(p => !(p.First.Equals(p.Second)
                || Math.Abs((double)p.First - p.Second) <= tolerance * greatest));
            Assert.True(
                others <= strays * a.Length,
                $"{others} of {a.Length} differ: [{string.Join(", ", a.Take(8))}] and "
                    + $"[{string.Join(", ", b.Take(8))}].");
        }
    }

    private void Check(InferenceSession session, int size, double tolerance, double strays)
    {
        IReadOnlyList<Constant> inputs = Inputs(size);
        Equal(Expected(inputs), OnnxRunner.Run(session, inputs), tolerance, strays);
    }

    private int Input(ValueKind kind, int[] shape, Func<double> next)
    {
        _inputs.Add((kind, shape, next));
        return Program.Input(kind, shape);
    }

    private static Constant Make(ValueKind kind, int[] shape, Func<double> next)
    {
        double[] values = [.. Enumerable.Range(0, ValueInfo.CountOf(shape)).Select(_ => next())];
        return new(kind, shape, kind switch
        {
            ValueKind.Float32 => MemoryMarshal.AsBytes<float>(Array.ConvertAll(values, static v => (float)v)).ToArray(),
            ValueKind.Int64 => MemoryMarshal.AsBytes<long>(Array.ConvertAll(values, static v => (long)v)).ToArray(),
            _ => Array.ConvertAll(values, static v => (byte)v),
        });
    }
}
