using QDrop.Calibration.Training;
using Xunit;

namespace QDrop.Tests.Training;

public sealed class EpochDrawsTests
{
    [Fact]
    public void An_order_has_each_sample_once_and_is_another_in_each_epoch()
    {
        long[] first = new EpochDraws(1, 0).Order(1000), second = new EpochDraws(1, 1).Order(1000);
        Assert.Equal(Enumerable.Range(0, 1000).Select(static i => (long)i), first.Order());
        Assert.Equal(first, new EpochDraws(1, 0).Order(1000));
        Assert.NotEqual(first, second);
        Assert.NotEqual(first, new EpochDraws(2, 0).Order(1000));
        // Fixed points of a random order are 1 in the mean, whatever its length.
        Assert.InRange(first.Where((sample, at) => sample == at).Count(), 0, 8);
    }

    [Fact]
    public void Seeds_differ()
    {
        var draws = new EpochDraws(1, 0);
        Assert.Equal(100, Enumerable.Range(0, 100).Select(_ => draws.Seed()).Distinct().Count());
    }
}
