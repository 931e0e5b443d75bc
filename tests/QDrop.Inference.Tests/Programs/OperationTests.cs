using QDrop.Operations;
using QDrop.Programs;
using Xunit;

namespace QDrop.Tests.Programs;

/// <summary>Operations against what they are by definition.</summary>
public sealed class OperationTests
{
    private static readonly float[] Six = [1, 2, 3, 4, 5, 6];

    [Fact]
    public void Elements_are_moved()
    {
        Equal([4, 5, 6], "slice", ("dim", 0L), ("start", -1L));
        Equal([1, 3, 4, 6], "slice", ("dim", 1L), ("step", 2L));
        Equal([1, 4, 2, 5, 3, 6], "permute", ("order", new long[] { 1, 0 }));
        Equal([3, 2, 1, 6, 5, 4], "flip", ("dims", new long[] { 1 }));
        Equal([1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6], "expand", ("shape", new long[] { 2, -2, 3 }));
        Equal([9, 1, 2, 3, 9, 4, 5, 6], "pad", ("pads", new long[] { 0, 0, 1, 0 }), ("value", 9.0));
        Equal([2, 1, 2, 3, 2, 5, 4, 5, 6, 5], "pad", ("pads", new long[] { 0, 0, 1, 1 }), ("mode", "reflect"));
        Equal([3, 1, 2, 3, 6, 4, 5, 6], "pad", ("pads", new long[] { 0, 0, 1, 0 }), ("mode", "circular"));
        Equal([2, 5], "pad", ("pads", new long[] { 0, 0, -1, -1 }));
    }

    [Fact]
    public void The_first_elements_are_as_many_as_another_value_has()
    {
        var program = new SmallProgram();
        int x = program.Input(ValueKind.Float32, -1, -1), like = program.Input(ValueKind.Float32, -1, -1);
        int leading = program.Add("leading", [x, like], ("dim", 1L), ("of", -1L));
        Assert.Equal([1, 2, 4, 5], program.Run(false, [Six, [0, 0]], [[2, 3], [1, 2]], leading)[0]);
        ArgumentException refused = Assert.Throws<ArgumentException>(
            () => program.Run(false, [Six, Six], [[2, 3], [1, 6]], leading));
        Assert.Contains("has 6 elements in a dimension", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Elements_are_summed()
    {
        Equal([6, 15], "sum", ("dims", new long[] { 1 }));
        Equal([2.5f, 3.5f, 4.5f], "mean", ("dims", new long[] { 0 }), ("keep", true));
        Equal([720], "prod");
        Equal([1, 3, 6, 4, 9, 15], "cumsum", ("dim", -1L));
        Equal([3, 6], "max", ("dims", new long[] { -1 }));
    }

    [Fact]
    public void Shares_add_up_to_one_along_each_dimension()
    {
        float[] rows = Run("softmax", ("dim", 1L)), columns = Run("softmax", ("dim", 0L));
        Assert.Equal(1, rows[0] + rows[1] + rows[2], 1e-6);
        Assert.Equal(Math.Exp(1) / (Math.Exp(1) + Math.Exp(4)), columns[0], 1e-6);
        float[] logarithms = Run("log_softmax", ("dim", 1L));
        Assert.Equal(Math.Log(rows[2]), logarithms[2], 1e-6);
    }

    [Theory]
    [InlineData("gelu", 0.5, 0.34573123063700656)]
    [InlineData("gelu", -3.0, -0.00404969409489031)]
    [InlineData("erf", 0.1, 0.1124629160182849)]
    [InlineData("erf", 2.6, 0.9997639655834707)]
    [InlineData("erf", -5.0, -0.9999999999984626)]
    [InlineData("silu", 1.5, 1.2263617177967148)]
    [InlineData("softplus", 0.3, 0.8543552444685272)]
    [InlineData("hardswish", 1.0, 0.6666666666666666)]
    [InlineData("log1p", 1e-4, 9.999500033330834e-05)]
    [InlineData("expm1", 1e-4, 0.00010000500016667085)]
    [InlineData("mish", 1.0, 0.8650983882673103)]
    [InlineData("elu", -1.0, -0.6321205588285577)]
    public void A_function_has_its_value(string name, double x, double expected)
    {
        var program = new SmallProgram();
        int value = program.Add(name, [program.Input(ValueKind.Float32, 1)]);
        // In float32, 1 + erf is exact to a half unit of 1, wherever erf is close to -1.
        double least = name == "gelu" ? Math.Abs(x) * 6e-8 : 1e-9;
        Assert.Equal(
            expected, program.Run(false, [[(float)x]], [[1]], value)[0][0], Math.Max(2e-7 * Math.Abs(expected), least));
    }

    [Fact]
    public void Products_and_layers_are_sums_of_products()
    {
        var program = new SmallProgram();
        int x = program.Input(ValueKind.Float32, 2, 3);
        int product = program.Add("matmul", [x, program.Add("permute", [x], ("order", new long[] { 1, 0 }))]);
        int layer = program.Add("linear", [x, program.Tensor([1, 0, -1], 1, 3), program.Tensor([10], 1)]);
        IReadOnlyList<float[]> found = program.Run(false, [Six], [[2, 3]], product, layer);
        Assert.Equal([14, 32, 32, 77], found[0]);
        Assert.Equal([8, 8], found[1]);
    }

    [Fact]
    public void A_transposed_convolution_is_the_other_way_round()
    {
        // Σ x·conv(y) = Σ conv_transpose(x)·y.
        var random = new Random(3);
        var program = new SmallProgram();
        int x = program.Input(ValueKind.Float32, 1, 4, 3, 3), y = program.Input(ValueKind.Float32, 1, 2, 6, 6);
        int weight = program.Tensor(Numbers(random, 4 * 2 * 3 * 3), 4, 2, 3, 3);
        (string, object)[] with =
            [("stride", new long[] { 2, 2 }), ("padding", new long[] { 1, 1 })];
        int down = program.Add("conv", [y, weight], with);
        int up = program.Add("conv_transpose", [x, weight], [.. with, ("output_padding", new long[] { 1, 1 })]);
        float[] a = Numbers(random, 36), b = Numbers(random, 72);
        IReadOnlyList<float[]> found = program.Run(false, [a, b], [[1, 4, 3, 3], [1, 2, 6, 6]], down, up);
        Assert.Equal(
            a.Zip(found[0], static (p, q) => (double)p * q).Sum(),
            b.Zip(found[1], static (p, q) => (double)p * q).Sum(), 1e-4);
    }

    [Fact]
    public void Norms_give_mean_0_and_variance_1()
    {
        var program = new SmallProgram();
        int x = program.Input(ValueKind.Float32, 2, 4, 3);
        float[] values = Numbers(new Random(4), 24);
        IReadOnlyList<float[]> found = program.Run(
            false, [values], [[2, 4, 3]],
            program.Add("layer_norm", [x], ("dims", 1L), ("eps", 0.0)),
            program.Add("group_norm", [x], ("groups", 2L), ("eps", 0.0)));
        Assert.Equal(0, found[0][..3].Sum(), 1e-5);
        Assert.Equal(3, found[0][..3].Sum(static v => v * v), 1e-4);
        Assert.Equal(0, found[1][6..12].Sum(), 1e-5);
        Assert.Equal(6, found[1][6..12].Sum(static v => v * v), 1e-4);
    }

    [Fact]
    public void Every_operation_refuses_operands_that_it_does_not_take()
    {
        foreach (OperationKind kind in Vocabulary.All.Where(static k => k.LeastOperands > 0))
        {
            var operands = new ValueInfo[kind.LeastOperands];
            Array.Fill(operands, new(ValueKind.Codes, [3, 0, 5]));
            Exception? error = Record.Exception(() =>
                kind.Infer(new(kind.Name, [], new([("odd", 1L)])) { Data = Grid }, operands));
            Assert.True(error is null or InvalidProgramGraphException, $"{kind.Name}: {error}");
        }
    }

    private static ActivationGrid Grid => new("grid", 4, [1], [0], null);

    private static float[] Numbers(Random random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];

    private static void Equal(float[] expected, string name, params (string, object)[] arguments) =>
        Assert.Equal(expected, Run(name, arguments));

    private static float[] Run(string name, params (string, object)[] arguments)
    {
        var program = new SmallProgram();
        int value = program.Add(name, [program.Input(ValueKind.Float32, -1, 3)], arguments);
        return program.Run(false, [Six], [[2, 3]], value)[0];
    }
}
