using QDrop.Calibration.Reconstruction;
using Xunit;

namespace QDrop.Tests.Reconstruction;

/// <summary>When a unit's learning counts as diverging.</summary>
public sealed class DivergenceGuardTests
{
    [Theory]
    [InlineData(9.9, false)]
    [InlineData(10.1, true)]
    public void A_loss_may_be_ten_times_its_start_and_no_more(double growth, bool diverges)
    {
        var guard = new DivergenceGuard(nearest: 0, power: 0);
        Assert.False(guard.Diverges(2));
        // After 200 batches the moving mean is the loss.
        Assert.Equal(diverges, Enumerable.Repeat(2 * growth, 200).Any(guard.Diverges));
    }

    [Fact]
    public void A_single_bad_batch_does_not_count()
    {
        var guard = new DivergenceGuard(nearest: 0, power: 0);
        Assert.DoesNotContain(
            true, Enumerable.Repeat(1.0, 30).Append(100).Concat(Enumerable.Repeat(1.0, 30)).Select(guard.Diverges));
    }

    [Theory]
    [InlineData(1.0, 0.0)]
    [InlineData(0.0, 1000.0)]
    public void Learned_rounding_that_starts_at_the_float_weights_may_come_to_what_rounding_to_nearest_gives(
        double nearest, double power)
    {
        var guard = new DivergenceGuard(nearest, power);
        Assert.False(guard.Diverges(1e-14));
        Assert.DoesNotContain(true, Enumerable.Repeat(5.0, 200).Select(guard.Diverges));
        Assert.Contains(true, Enumerable.Repeat(11.0, 200).Select(guard.Diverges));
        Assert.Equal(1, guard.Start);
    }

    [Fact]
    public void Nothing_grows_from_nothing() =>
        Assert.DoesNotContain(true, new double[50].Select(new DivergenceGuard(0, 0).Diverges));
}
