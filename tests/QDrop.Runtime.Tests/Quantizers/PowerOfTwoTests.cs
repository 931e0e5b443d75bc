using QDrop.Quantizers;
using Xunit;

namespace QDrop.Tests.Quantizers;

/// <summary>Steps that are powers of two: which numbers are steps, and which exponent is nearest to one.</summary>
public sealed class PowerOfTwoTests
{
    [Theory]
    [InlineData(1f, 0)]
    [InlineData(1.41421354f, 0)] // Just below √2, the middle between 2^0 and 2^1 in log2.
    [InlineData(1.41421366f, 1)]
    [InlineData(0.3f, -2)]
    [InlineData(0.36f, -1)]
    [InlineData(1e-8f, -27)]
    public void The_nearest_exponent_is_nearest_in_log2(float scale, int exponent) =>
        Assert.Equal(exponent, PowerOfTwo.Nearest(scale));

    [Theory]
    [InlineData(0.25f, true)]
    [InlineData(8f, true)]
    [InlineData(0.3f, false)]
    [InlineData(1e-45f, false)] // Not normal: digits are lost below.
    [InlineData(0f, false)]
    [InlineData(-2f, false)]
    [InlineData(float.PositiveInfinity, false)]
    public void A_power_of_two_is_known(float scale, bool expected) =>
        Assert.Equal(expected, PowerOfTwo.Is(scale));

    [Fact]
    public void Every_exponent_that_may_be_has_an_exact_step_and_values_that_are_finite()
    {
        for (int exponent = PowerOfTwo.MinExponent; exponent <= PowerOfTwo.MaxExponent; exponent++)
        {
            float step = PowerOfTwo.Step(exponent);
            Assert.Equal(Math.Pow(2, exponent), step);
            Assert.True(PowerOfTwo.Is(step) && float.IsFinite(255 * step));
        }
        Assert.InRange(PowerOfTwo.MinExponent, sbyte.MinValue, sbyte.MaxValue);
        Assert.InRange(PowerOfTwo.MaxExponent, sbyte.MinValue, sbyte.MaxValue);
    }
}
