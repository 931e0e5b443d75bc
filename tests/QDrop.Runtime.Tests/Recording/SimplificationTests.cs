using QDrop.Programs;
using QDrop.Recording;
using Xunit;

namespace QDrop.Tests.Recording;

/// <summary>Products with weights of the user's code as linear layers.</summary>
public sealed class SimplificationTests
{
    [Fact]
    public void A_product_with_a_transposed_weight_is_a_linear_layer_with_its_bias() =>
        Assert.Equal("linear(0, 1, 4)", Last("weight", [1, 0], "head", isUsedTwice: false));

    [Theory]
    [InlineData("weight", new long[] { 1, 0 }, "other", false)]
    [InlineData("weight", new long[] { 1, 0 }, "head", true)]
    [InlineData("tensor", new long[] { 1, 0 }, "head", false)]
    [InlineData("weight", new long[] { 0, 1 }, "head", false)]
    public void Another_sum_stays_as_it_is(string weight, long[] order, string bias, bool isUsedTwice) =>
        Assert.Equal("add(3, 4)", Last(weight, order, bias, isUsedTwice));

    private static string Last(string weight, long[] order, string bias, bool isUsedTwice)
    {
        Operation[] operations =
        [
            new("constant", [], new([(weight, "head")]), ""),
            new("permute", [1], new([("order", order)]), ""),
            new("matmul", [0, 2], Arguments.None, ""),
            new("constant", [], new([("bias", bias)]), ""),
            new("add", [3, 4], Arguments.None, ""),
        ];
        ProgramOutput output = new("output", 5, ValueKind.Float32, [-1, 8]);
        ProgramGraph graph = Simplification.Of(new(
            [new("x", ValueKind.Float32, [-1, 4])],
            operations,
            isUsedTwice ? [output, output with { Value = 3 }] : [output]));
        Operation last = graph.Operations[^1];
        return $"{last.Name}({string.Join(", ", last.Operands)})";
    }
}
