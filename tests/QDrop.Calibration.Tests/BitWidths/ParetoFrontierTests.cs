using QDrop.Calibration.BitWidths;
using Xunit;

namespace QDrop.Tests.BitWidths;

/// <summary>The frontier has the best assignment of every budget.</summary>
public sealed class ParetoFrontierTests
{
    [Fact]
    public void Every_budget_buys_the_last_point_that_it_pays_for()
    {
        var random = new Random(11);
        for (int instance = 0; instance < 60; instance++)
        {
            Choice[][] layers = AssignmentSearchTests.Layers(random, count: random.Next(1, 5));
            var frontier = ParetoFrontier.Of(layers);
            Assert.True(frontier.Complete);
            for (long budget = layers.Sum(static l => l[0].Cost);
                budget <= layers.Sum(static l => l[^1].Cost);
                budget++)
            {
                FrontierPoint last = frontier.Points.Last(p => p.Cost <= budget);
                Assert.Equal(AssignmentSearchTests.BruteForce(layers, budget), (last.Error, last.Cost));
            }
        }
    }

    [Fact]
    public void Points_cost_more_and_more_and_err_less_and_less()
    {
        IReadOnlyList<FrontierPoint> points = ParetoFrontier.Of(AssignmentSearchTests.Network(5)).Points;
        Assert.All(
            points.Zip(points.Skip(1)),
            static p => Assert.True(p.First.Cost < p.Second.Cost && p.First.Error > p.Second.Error));
    }

    [Fact]
    public void Where_there_are_too_many_points_those_on_the_hull_are_given_and_each_is_best_for_its_cost()
    {
        Choice[][] layers = AssignmentSearchTests.Network(6);
        ParetoFrontier all = ParetoFrontier.Of(layers), some = ParetoFrontier.Of(layers, mostPoints: 10);
        Assert.True(all.Complete);
        Assert.False(some.Complete);
        Assert.InRange(some.Points.Count, 7, all.Points.Count - 1);
        foreach (FrontierPoint point in some.Points)
            Assert.Equal(all.Points.Last(p => p.Cost <= point.Cost).Error, point.Error, 1e-15);
    }
}
