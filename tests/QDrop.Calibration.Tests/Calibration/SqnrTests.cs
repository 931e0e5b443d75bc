using QDrop.Calibration;
using QDrop.Calibration.Execution;
using QDrop.Calibration.Insight;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Calibration;

/// <summary>Ratios and shares whose values are known.</summary>
public sealed class SqnrTests
{
    [Fact]
    public void The_ratio_of_a_known_error_is_its_closed_form()
    {
        using DisposeScope scope = NewDisposeScope();
        // Σ y² = 9 + 16, Σ (ŷ − y)² = 0.25: a hundredth.
        Assert.Equal(20, Ratio([tensor(new float[] { 3, 4 })], [tensor([3, 4.5f])]), 6);
        // Indices do not count, several tensors do together: 26 / 0.26.
        Assert.Equal(
            20,
            Ratio(
                [tensor(new float[] { 3, 4 }), tensor([7L]), tensor([1f])],
                [tensor([3, 4.5f]), tensor([9L]), tensor([1.1f])]),
            5);
    }

    [Fact]
    public void Without_an_error_the_ratio_is_infinite_and_without_a_signal_it_is_none()
    {
        using DisposeScope scope = NewDisposeScope();
        Assert.Equal(double.PositiveInfinity, Ratio([ones(3)], [ones(3)]));
        Assert.True(double.IsNaN(Ratio([zeros(3)], [zeros(3)])));
        Assert.Equal(double.NegativeInfinity, Ratio([zeros(3)], [ones(3)]));
    }

    private static double Ratio(IReadOnlyList<Tensor> expected, IReadOnlyList<Tensor> found)
    {
        var ratio = new Sqnr();
        ratio.Add(expected, found);
        return ratio.Value;
    }

    [Fact]
    public void A_units_ratio_follows_from_its_error()
    {
        var unit = new UnitReport("u", false, ["u"], 1, 0.5, 0.05, 0) { SignalPower = 50 };
        Assert.Equal((20.0, 30.0), (unit.SqnrBefore, unit.SqnrAfter));
    }

    [Theory]
    // The grid of 4 bits with scale 0.1 reaches from −0.1·z to 0.1·(15 − z); half a step further is still nearest to
    // its end.
    [InlineData(0f, new[] { -1f, -0.04f, 0f, 1f, 1.54f, 1.56f, 5f }, 3)]
    [InlineData(5f, new[] { -0.54f, -0.56f, 1.04f, 1.06f }, 2)]
    public void What_a_grid_does_not_reach_is_clipped(float zeroPoint, float[] values, long clipped)
    {
        using Tensor x = tensor(values);
        Assert.Equal(clipped, LayerWatch.ClippedElements(x, 0.1f, zeroPoint, 4));
    }
}
