using CsCheck;
using QDrop.Programs;
using Xunit;

namespace QDrop.Tests.Programs;

/// <summary>Programs in integers give what they give in float32.</summary>
public sealed class LoweringTests
{
    private const int Channels = 8;
    private const int Cases = 200;

    /// <summary>Steps of random programs, of which each takes a value on a grid and gives another one.</summary>
    private static readonly string[] Steps =
        ["conv", "residual", "pool", "table", "sum", "pad", "slice", "concat", "depthwise", "pointwise", "function"];

    [Fact]
    public void Random_programs_give_the_same_in_integers()
    {
        foreach ((int seed, int[] steps, int activationBits, int weightBits) in RandomCases.Of(
            Gen.Select(Gen.Int[1, 1000], Gen.Int[0, Steps.Length - 1].Array[1, 5], Gen.Int[2, 8], Gen.Int[2, 8]),
            Cases, seed: 17))
            Compare(seed, [.. steps.Select(static s => Steps[s])], activationBits, weightBits);
    }

    [Fact]
    public void Layers_sums_and_tables_leave_nothing_in_float32()
    {
        var program = new SmallProgram();
        int last = Build(program, new Random(1), ["conv", "residual", "table", "sum", "pad", "pool"], 4, 4);
        using var runnable = new QuantizedProgram(
            "Test", QDrop.Operations.Vocabulary.Bind(program.Graph(last), program.Data), program.Data);
        string[] names = [.. runnable.OperationNames([[2, 3, 9, 9]]).Select(static n => n.Split(' ')[0])];
        Assert.Empty(names.Except(
            ["fused_conv", "code_table", "code_sum", "code_max_pool", "pad", "slice", "permute", "from_codes"]));
    }

    [Fact]
    public void Attention_multiplies_codes()
    {
        (SmallProgram program, int last) = SmallNetworks.Attention(new Random(4));
        using var runnable = new QuantizedProgram(
            "Test", QDrop.Operations.Vocabulary.Bind(program.Graph(last), program.Data), program.Data);
        string[] names = [.. runnable.OperationNames([[2, 64, 48]])];
        Assert.Contains("code_matmul_transposed 1", names);
        Assert.Contains("code_matmul 1", names);
        Assert.Contains("fused_softmax 1", names);
        var random = new Random(1);
        float[] x = [.. Enumerable.Range(0, 2 * 64 * 48).Select(_ => (random.NextSingle() * 2) - 1)];
        float[] expected = program.Run(false, [x], [[2, 64, 48]], last)[0];
        float[] found = program.Run(true, [x], [[2, 64, 48]], last)[0];
        double difference = expected.Zip(found).Sum(static p => Math.Pow(p.First - p.Second, 2));
        Assert.True(difference < 1e-5 * expected.Sum(static v => Math.Pow(v, 2)), $"{difference}");
    }

    private static void Compare(int seed, string[] steps, int activationBits, int weightBits)
    {
        var random = new Random(seed);
        var program = new SmallProgram();
        int last = Build(program, random, steps, activationBits, weightBits);
        float[] x = [.. Enumerable.Range(0, 2 * 3 * 9 * 9).Select(_ => (random.NextSingle() * 2) - 1)];
        int[][] shapes = [[2, 3, 9, 9]];
        float[] expected = program.Run(false, [x], shapes, last)[0], found = program.Run(true, [x], shapes, last)[0];
        Assert.Equal(expected.Length, found.Length);
        // A value that is almost between two levels may be on either, and what follows with it.
        int others = expected.Zip(found).Count(static p => Math.Abs(p.First - p.Second) > 1e-4);
        Assert.True(others <= expected.Length / 100, $"{others} of {expected.Length} differ.");
    }

    private static int Build(SmallProgram program, Random random, string[] steps, int activationBits, int weightBits)
    {
        int x = program.Input(ValueKind.Float32, -1, 3, 9, 9);
        (int weight, int bias) = program.Layer(random, 8, Channels, 3, 3, 3);
        int value = Grid(Relu(program.Add("conv", [x, weight, bias], ("padding", new long[] { 1, 1 }))));
        foreach (string step in steps)
        {
            value = step switch
            {
                "conv" => Grid(Relu(Convolution(value))),
                "residual" => Grid(Relu(program.Add("add", [Convolution(value), value]))),
                "pool" => program.Add(
                    "max_pool", [value], ("kernel", new long[] { 3, 3 }), ("padding", new long[] { 1, 1 })),
                "table" => Grid(program.Add("silu", [value])),
                "sum" => Grid(Relu(program.Add("add", [value, Grid(Convolution(value))]))),
                "pad" => program.Add(
                    "slice",
                    [program.Add("pad", [value], ("pads", new long[] { 0, 0, 0, 0, 1, 2, 2, 1 }))],
                    ("dim", 2L), ("start", 1L), ("end", -2L)),
                "slice" => program.Add(
                    "concat",
                    [
                        program.Add("slice", [value], ("dim", 1L), ("end", 2L)),
                        program.Add("slice", [value], ("dim", 1L), ("start", 2L)),
                    ],
                    ("dim", 1L)),
                "concat" => Grid(Relu(Wide(program.Add("concat", [value, value], ("dim", 1L))))),
                "depthwise" => Grid(Depthwise(value)),
                "pointwise" => Grid(program.Add("clamp", [Pointwise(value)], ("min", -0.5), ("max", 1.0))),
                _ => Grid(program.Add("silu", [Convolution(value)])),
            };
        }
        return value;

        int Grid(int of)
        {
            int zero = random.Next(1 << activationBits);
            return program.Quantize(of, activationBits, (1 + random.NextSingle()) / (1 << activationBits), (byte)zero);
        }

        int Relu(int of) => program.Add("relu", [of]);

        int Convolution(int of)
        {
            (int w, int b) = program.Layer(random, weightBits, Channels, Channels, 3, 3);
            return program.Add("conv", [of, w, b], ("padding", new long[] { 1, 1 }));
        }

        int Wide(int of)
        {
            (int w, int b) = program.Layer(random, weightBits, Channels, 2 * Channels, 1, 1);
            return program.Add("conv", [of, w, b]);
        }

        int Pointwise(int of)
        {
            (int w, int b) = program.Layer(random, weightBits, Channels, Channels, 1, 1);
            return program.Add("conv", [of, w, b]);
        }

        int Depthwise(int of)
        {
            (int w, int b) = program.Layer(random, weightBits, Channels, 1, 3, 3);
            return program.Add("conv", [of, w, b], ("padding", new long[] { 1, 1 }), ("groups", (long)Channels));
        }
    }
}
