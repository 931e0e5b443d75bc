using QDrop.Calibration.Ranges;
using QDrop.Quantizers;
using QDrop.Tests.Golden;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Quantizers;

/// <summary>
/// Where values have both signs, the search for a power of two finds the grid with the least error of all exponents
/// that it may take and all zero points.
/// </summary>
public sealed class PowerOfTwoSearchTests
{
    private static readonly RangeOptions _powers = new(Scale: Scale.PowerOfTwo);

    public PowerOfTwoSearchTests()
    {
        set_num_threads(1);
        manual_seed(12);
    }

    [Theory]
    [InlineData(2, 1.0)]
    [InlineData(3, 1.0)]
    [InlineData(4, 1.0)]
    [InlineData(4, 0.6)]
    [InlineData(4, 2.5)]
    [InlineData(8, 1.0)]
    public void Of_activations_that_are_hardly_negative(int bits, double spread)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = nn.functional.silu(randn(4000) * spread);
        Check(Near.Values(x), RangeSearch.OfTensor(x, bits, "x"), RangeSearch.OfTensor(x, bits, "x", _powers), bits);
    }

    [Theory]
    [InlineData(2, 1, 0.5)]
    [InlineData(2, -1, 0.5)]
    [InlineData(2, 1, 1.0)]
    [InlineData(2, -1, 2.0)]
    [InlineData(3, 1, 2.0)]
    [InlineData(3, -1, 0.5)]
    [InlineData(4, 1, 0.5)]
    public void Of_skewed_channels(int bits, int side, double power)
    {
        using DisposeScope scope = NewDisposeScope();
        const int Count = 200, Length = 45;
        // Most weights of a channel have one sign; how many have the other, and how great they are, differs.
        Tensor weight = side * (rand(Count, Length).pow(power) - rand(Count, 1) * 0.5) * (rand(Count, 1) + 0.1);
        QuantizationRange[] free = RangeSearch.OfChannels(weight, 0, bits, "w"),
            found = RangeSearch.OfChannels(weight, 0, bits, "w", _powers);
        int oneSided = 0;
        for (int c = 0; c < Count; c++)
        {
            float[] values = Near.Values(weight[c]);
            if (values.Min() >= 0 || values.Max() <= 0)
                continue;
            Check(values, free[c], found[c], bits);
            oneSided += free[c].Minimum >= 0 || free[c].Maximum <= 0 ? 1 : 0;
        }
        // Also where the range with any step begins or ends at 0.
        Assert.True(bits > 2 || oneSided > 0);
    }

    private static void Check(float[] values, QuantizationRange free, QuantizationRange found, int bits)
    {
        ExponentTable table = found.Exponents!;
        int floor = (int)Math.Floor(Math.Log2(free.Scale)), top = (1 << bits) - 1;
        Assert.Equal((floor - 1, floor + 2), (table.First, table.Last));
        double least = double.PositiveInfinity;
        for (int exponent = table.First; exponent <= table.Last; exponent++)
        {
            double own = Enumerable.Range(0, top + 1).Min(zero => Error(values, exponent, zero, top));
            Assert.InRange(Error(values, exponent, table.ZeroPoint(exponent), top), 0, own * (1 + 1e-5));
            Assert.InRange(table.Error(exponent), own * (1 - 1e-5), own * (1 + 1e-5));
            least = Math.Min(least, own);
        }
        Assert.InRange(Error(values, PowerOfTwo.Floor(found.Scale), found.ZeroPoint, top), 0, least * (1 + 1e-5));
        Assert.InRange(found.Error, least * (1 - 1e-5), least * (1 + 1e-5));
    }

    /// <summary>Mean |error|^2.4.</summary>
    private static double Error(float[] values, int exponent, double zero, int top)
    {
        double step = Math.ScaleB(1.0, exponent);
        return values.Average(v =>
            Math.Pow(Math.Abs(((Math.Clamp(Math.Round(v / step) + zero, 0, top) - zero) * step) - v), 2.4));
    }
}
