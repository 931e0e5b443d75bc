using QDrop.Calibration.Training;
using Xunit;

namespace QDrop.Tests.Training;

public sealed class CategoricalGridTests
{
    [Theory]
    [InlineData(4, 8, -8, 7)]
    [InlineData(4, 0, 0, 15)]
    [InlineData(4, 5, -5, 10)]
    [InlineData(2, 2, -2, 1)]
    public void A_grid_has_a_point_for_each_level(int bits, int zeroPoint, int low, int high)
    {
        var grid = new CategoricalGrid(bits, zeroPoint);
        Assert.Equal((low, high), (grid.Low, grid.High));
    }

    [Fact]
    public void The_grid_of_fewer_bits_lies_within_that_of_more_whatever_the_zero_point()
    {
        for (int zeroPoint = 0; zeroPoint < 256; zeroPoint++)
        {
            var grid = new CategoricalGrid(8, zeroPoint);
            for (int bits = 3; bits <= 8; bits++)
            {
                CategoricalGrid inner = grid.Of(bits - 1), outer = grid.Of(bits);
                Assert.Equal((1 << bits) - 1, outer.High - outer.Low);
                Assert.InRange(inner.Low, outer.Low, 0);
                Assert.InRange(inner.High, 0, outer.High);
            }
        }
    }

    [Fact]
    public void Masks_keep_the_levels_that_they_are_of()
    {
        for (int masks = 0; masks < 16; masks++)
        {
            for (int zeroPoint = 0; zeroPoint < 64; zeroPoint += 9)
            {
                var grid = new CategoricalGrid(6, zeroPoint);
                IEnumerable<int> kept = Enumerable
                    .Range(grid.Low, 64)
                    .Where(k => LevelOf(grid, k) == 2 || (masks >> (LevelOf(grid, k) - 3) & 1) != 0);
                bool[] values = [.. Enumerable.Range(0, 4).Select(i => (masks >> i & 1) != 0)];
                Assert.Equal(kept, grid.Kept(values).Runs.SelectMany(r => Enumerable.Range(r.Low, r.High - r.Low + 1)));
            }
        }
        Assert.Single(CategoricalGrid.OfWeights(8).Kept([true, true, true, true, true, true]).Runs);
    }

    private static int LevelOf(CategoricalGrid grid, int k)
    {
        for (int bits = 2; ; bits++)
        {
            if (k >= grid.Of(bits).Low && k <= grid.Of(bits).High)
                return bits;
        }
    }
}
