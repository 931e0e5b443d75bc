using QDrop.Native;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Native;

/// <summary>Products whose operands do not fit, which would end the process.</summary>
public sealed class SafeProductTests
{
    [Theory]
    [InlineData(new long[] { 3, 4 }, new long[] { 8, 4 }, "4 columns do not fit 8 rows")]
    [InlineData(new long[] { 3, 4 }, new long[] { 3 }, "4 columns do not fit 3 rows")]
    [InlineData(new long[] { 4 }, new long[] { }, "at least one dimension")]
    [InlineData(new long[] { 2, 3, 4 }, new long[] { 5, 4, 3 }, "batches of 2 and 5 do not fit")]
    public void What_does_not_fit_is_refused(long[] left, long[] right, string problem)
    {
        ArgumentException refused = Assert.Throws<ArgumentException>(
            () => SafeProduct.Matmul(zeros(left), zeros(right)));
        Assert.Contains(problem, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Types_that_differ_are_refused() => Assert.Throws<ArgumentException>(
        () => SafeProduct.Matmul(zeros(2, 2), zeros([2, 2], ScalarType.Float64)));

    [Theory]
    [InlineData(new long[] { 3, 4 }, new long[] { 4, 5 }, new long[] { 3, 5 })]
    [InlineData(new long[] { 4 }, new long[] { 4 }, new long[] { })]
    [InlineData(new long[] { 2, 1, 3, 4 }, new long[] { 7, 4, 5 }, new long[] { 2, 7, 3, 5 })]
    [InlineData(new long[] { 2, 3, 4 }, new long[] { 4 }, new long[] { 2, 3 })]
    [InlineData(new long[] { 4 }, new long[] { 2, 4, 5 }, new long[] { 2, 5 })]
    public void What_fits_is_multiplied(long[] left, long[] right, long[] expected) =>
        Assert.Equal(expected, SafeProduct.Matmul(ones(left), ones(right)).shape);
}
