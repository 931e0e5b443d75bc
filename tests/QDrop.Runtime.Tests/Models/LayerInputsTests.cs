using QDrop.Models;
using QDrop.Programs;
using Xunit;

namespace QDrop.Tests.Models;

/// <summary>Which quantizers give what layers read.</summary>
public sealed class LayerInputsTests
{
    [Theory]
    [InlineData("flip", "dims", new long[] { 1 }, "stem.output")]
    [InlineData("relu", "", null, "stem.output")]
    [InlineData("max_pool", "kernel", new long[] { 2, 2 }, "stem.output")]
    [InlineData("avg_pool", "kernel", new long[] { 2, 2 }, null)]
    [InlineData("pad", "value", 0.0, "stem.output")]
    [InlineData("pad", "value", 9.0, null)]
    [InlineData("upsample", "mode", "nearest", "stem.output")]
    [InlineData("upsample", "mode", "linear", null)]
    public void Only_what_keeps_the_grid_may_stand_between(string name, string argument, object? value, string? expected)
    {
        Arguments arguments = value is null ? Arguments.None : new([(argument, value)]);
        Assert.Equal([expected], Of(new Operation(name, [1], arguments)));
    }

    [Fact]
    public void A_join_is_on_the_grids_of_all_that_it_joins() =>
        Assert.Equal([null, "stem.output"], Of(new Operation("concat", [0, 1], new([("dim", 1L)]))));

    private static IEnumerable<string?> Of(Operation between)
    {
        Operation[] operations =
        [
            new("quantize", [0], new([("grid", "stem.output")])),
            between,
            new("constant", [], new([("weight", "head")])),
            new("conv", [2, 3], Arguments.None),
        ];
        ProgramGraph graph = new(
            [new("x", ValueKind.Float32, [-1, 4, 8, 8])],
            operations,
            [new("output", 4, ValueKind.Float32, [-1, 4, 8, 8])]);
        return LayerInputs.Of(graph)["head"].Order(StringComparer.Ordinal);
    }
}
