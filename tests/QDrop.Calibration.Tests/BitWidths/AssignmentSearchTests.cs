using QDrop.Calibration.BitWidths;
using Xunit;

namespace QDrop.Tests.BitWidths;

/// <summary>The assignment of bit widths is the best there is: every other one is tried, where there are few.</summary>
public sealed class AssignmentSearchTests
{
    /// <summary>Multiples of a power of two, whose sums have no rounding errors: ties are ties.</summary>
    private const double Unit = 1.0 / 1024;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void No_other_assignment_errs_less_or_as_little_for_less(int seed)
    {
        var random = new Random(seed);
        for (int instance = 0; instance < 150; instance++)
        {
            Choice[][] layers = Layers(random, count: random.Next(1, 6));
            (long least, long most) = (layers.Sum(static l => l[0].Cost), layers.Sum(static l => l[^1].Cost));
            foreach (long budget in new[] { least, least + ((most - least) / 3), most - 1, most, most + 10 }.Where(b =>
                    b >= least))
            {
                Assignment found = AssignmentSearch.Run(layers, budget);
                (double error, long cost) = BruteForce(layers, budget);
                Assert.Equal((error, cost, 0), (found.Error, found.Cost, found.Gap));
                Assert.Equal(error, found.Choices.Select((c, l) => layers[l][c].Error).Sum());
                Assert.Equal(cost, found.Choices.Select((c, l) => layers[l][c].Cost).Sum());
            }
        }
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    [InlineData(14)]
    public void Nor_among_many_layers_as_a_table_of_all_costs_says(int seed)
    {
        var random = new Random(seed);
        for (int instance = 0; instance < 12; instance++)
        {
            Choice[][] layers = SmallLayers(random, count: random.Next(30, 61), alike: instance % 3 == 0);
            double[] table = MinErrors(layers);
            foreach (long budget in Budgets(layers))
            {
                Assignment found = AssignmentSearch.Run(layers, budget);
                (double error, long cost) = Best(table, budget);
                Assert.Equal((error, cost, 0), (found.Error, found.Cost, found.Gap));
                Assert.Equal(error, found.Choices.Select((c, l) => layers[l][c].Error).Sum());
                Assert.Equal(cost, found.Choices.Select((c, l) => layers[l][c].Cost).Sum());
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(10)]
    public void A_search_that_is_cut_short_is_not_farther_off_than_it_says(int mostLabels)
    {
        var random = new Random(15);
        int cut = 0, missed = 0;
        for (int instance = 0; instance < 40; instance++)
        {
            Choice[][] layers = SmallLayers(random, count: random.Next(30, 61), alike: true);
            double[] table = MinErrors(layers);
            foreach (long budget in Budgets(layers))
            {
                Assignment found = AssignmentSearch.Run(layers, budget, mostLabels);
                double least = Best(table, budget).Error;
                // Bounds are no multiples of the unit, and rounded.
                Assert.InRange(least, found.Error - found.Gap - (1e-12 * found.Error), found.Error);
                Assert.InRange(found.Cost, 0, budget);
                Assert.Equal(
                    (found.Error, found.Cost),
                    (
                        found.Choices.Select((c, l) => layers[l][c].Error).Sum(),
                        found.Choices.Select((c, l) => layers[l][c].Cost).Sum()));
                cut += found.Gap > 0 ? 1 : 0;
                missed += found.Error > least ? 1 : 0;
            }
        }
        Assert.True(cut > 0 && missed > 0, $"{cut} searches say that they may be off, {missed} are");
    }

    [Fact]
    public void A_budget_that_an_assignment_meets_exactly_is_spent_and_one_below_it_is_not()
    {
        // Two layers of 10 and 7 weights: 3 + 4 bits cost 58.
        Choice[][] layers = [Falling(10, 2, 1), Falling(7, 2, 1)];
        Assignment met = AssignmentSearch.Run(layers, 58);
        Assert.Equal((58, 3, 4), (met.Cost, layers[0][met.Choices[0]].Bits, layers[1][met.Choices[1]].Bits));
        Assignment below = AssignmentSearch.Run(layers, 57);
        Assert.True(below.Cost < 58 && below.Error > met.Error);
    }

    [Fact]
    public void A_width_that_costs_more_and_errs_more_is_never_chosen()
    {
        // 3 bits err more than 2, 5 as much as 4.
        Choice[] layer = Choice.Efficient([
            new(2, 20, 0.5),
            new(3, 30, 0.75),
            new(4, 40, 0.25),
            new(5, 50, 0.25),
            new(6, 60, 0.125),
        ]);
        Assert.Equal([2, 4, 6], layer.Select(static c => c.Bits));
        Assert.Equal(2, layer[AssignmentSearch.Run([layer], 39).Choices[0]].Bits);
        Assert.Equal(4, layer[AssignmentSearch.Run([layer], 59).Choices[0]].Bits);
    }

    [Fact]
    public void A_choice_off_the_convex_hull_is_chosen_where_it_fits()
    {
        Choice[] layer = [new(2, 20, 1), new(3, 30, 0.9), new(4, 40, 0.1)];
        Assert.Equal([2, 4], Choice.Hull(layer).Select(static c => c.Bits));
        Assert.Equal(3, layer[AssignmentSearch.Run([layer], 39).Choices[0]].Bits);
    }

    [Fact]
    public void A_pinned_layer_keeps_its_width_and_takes_its_share()
    {
        Choice[] pinned = [new(8, 80, 0.01)];
        Assignment found = AssignmentSearch.Run([pinned, Falling(10, 4, 1)], 110);
        Assert.Equal((110, 0, 3), (found.Cost, found.Choices[0], Falling(10, 4, 1)[found.Choices[1]].Bits));
        Assert.Throws<ArgumentOutOfRangeException>(() => AssignmentSearch.Run([pinned, Falling(10, 4, 1)], 99));
    }

    [Theory]
    [InlineData(2.2)]
    [InlineData(3.0)]
    [InlineData(4.5)]
    public void Two_hundred_layers_of_seven_widths_and_large_sizes_are_solved_with_bounded_work(double average)
    {
        Choice[][] layers = Network(200);
        long least = layers.Sum(static l => l[0].Cost), most = layers.Sum(static l => l[^1].Cost);
        long budget = least + (long)((most - least) * ((average - 2) / 6));
        Assignment found = AssignmentSearch.Run(layers, budget);
        Assert.Equal(0, found.Gap);
        Assert.InRange(found.Labels, 200, 3_000_000);
        Assert.InRange(found.Cost, least, budget);
        // Between the relaxation, which no assignment comes below, and what its whole steps give.
        var relaxed = new Relaxation(
            [.. layers.Select(static l => Choice.Hull(l))], [.. Enumerable.Range(0, layers.Length)]);
        int steps = relaxed.StepsFor(budget);
        Assert.InRange(found.Error, relaxed.Bound(budget, steps) * (1 - 1e-9), relaxed.After(steps).Error);
        Assert.False(ParetoFrontier.Of(layers).Complete);
    }

    [Fact]
    public void Where_too_many_assignments_are_nearly_as_good_the_search_stops_and_says_how_far_off_it_can_be()
    {
        // What a layer gains is almost what it costs, so that almost every assignment that spends the budget is as
        // good.
        var random = new Random(5);
        Choice[][] layers =
        [
            .. Enumerable
                .Range(0, 60)
                .Select(_ =>
                {
                    long weights = random.Next(1_000, 1_000_000);
                    return Choice.Efficient(
                        Enumerable
                            .Range(2, 7)
                            .Select(b => new Choice(
                                b, weights * b, weights * (8 - b) * (1 + (1e-3 * random.NextDouble())))));
                }),
        ];
        long budget = layers.Sum(static l => l[2].Cost) + 12_345;
        Assignment cut = AssignmentSearch.Run(layers, budget, mostLabels: 50);
        Assert.InRange(cut.Labels, 60, 51 * 61);
        Assert.InRange(cut.Cost, 0, budget);
        Assert.InRange(cut.Gap, double.Epsilon, 1e-3 * cut.Error);
        Assert.InRange(AssignmentSearch.Run(layers, budget).Error, cut.Error - cut.Gap, cut.Error);
    }

    [Fact]
    public void The_same_layers_have_the_same_assignment()
    {
        Choice[][] layers = Network(40);
        long budget = layers.Sum(static l => l[1].Cost);
        Assert.Equal(AssignmentSearch.Run(layers, budget).Choices, AssignmentSearch.Run(layers, budget).Choices);
    }

    /// <summary>
    /// Some layers with efficient choices; sizes and errors from few values, so that many assignments tie.
    /// </summary>
    internal static Choice[][] Layers(Random random, int count) =>
        [
            .. Enumerable
                .Range(0, count)
                .Select(_ =>
                {
                    long weights = random.Next(1, 6);
                    int widths = random.Next(1, 8);
                    return Choice.Efficient(
                        Enumerable.Range(2, widths).Select(b => new Choice(b, weights * b, random.Next(0, 40) * Unit)));
                }),
        ];

    /// <summary>
    /// Layers of sizes that have no divisor in common and errors that fall about fourfold with each bit, but not
    /// always.
    /// </summary>
    internal static Choice[][] Network(int count)
    {
        var random = new Random(7);
        return
        [
            .. Enumerable
                .Range(0, count)
                .Select(_ =>
                {
                    long weights = (long)Math.Exp(8 + (8 * random.NextDouble()));
                    double sensitivity = Math.Exp((6 * random.NextDouble()) - 10);
                    return Choice.Efficient(
                        Enumerable
                            .Range(2, 7)
                            .Select(b => new Choice(
                                b, weights * b, sensitivity * Math.Pow(4, -b) * (0.3 + (1.4 * random.NextDouble())))));
                }),
        ];
    }

    /// <summary>Every assignment within a budget; the least error, and the least cost at which it is had.</summary>
    internal static (double Error, long Cost) BruteForce(Choice[][] layers, long budget)
    {
        (double Error, long Cost) best = (double.PositiveInfinity, long.MaxValue);
        Try(0, 0, 0);
        return best;

        void Try(int layer, long cost, double error)
        {
            if (cost > budget)
                return;
            if (layer == layers.Length)
            {
                if (error < best.Error || (error == best.Error && cost < best.Cost))
                    best = (error, cost);
                return;
            }
            foreach (Choice choice in layers[layer])
                Try(layer + 1, cost + choice.Cost, error + choice.Error);
        }
    }

    /// <summary>
    /// Layers of a few weights, so that there are few costs. Errors fall with the bits, or are any, or gains are almost
    /// what they cost, so that many assignments are nearly as good; some layers are pinned.
    /// </summary>
    private static Choice[][] SmallLayers(Random random, int count, bool alike) =>
        [
            .. Enumerable
                .Range(0, count)
                .Select(_ =>
                {
                    long weights = random.Next(1, 7);
                    int widths = random.Next(8) == 0 ? 1 : random.Next(2, 8),
                        scale = random.Next(4) > 0 ? random.Next(8, 4000) : 0;
                    return Choice.Efficient(
                        Enumerable
                            .Range(2, widths)
                            .Select(b => new Choice(
                                b,
                                weights * b,
                                ((alike ? weights * (8 - b) * 200 : (int)(scale * Math.Pow(0.4, b - 2)))
                                    + random.Next(0, 40)) * Unit)));
                }),
        ];

    private static IEnumerable<long> Budgets(Choice[][] layers)
    {
        (long least, long most) = (layers.Sum(static l => l[0].Cost), layers.Sum(static l => l[^1].Cost));
        return new[]
        {
            least,
            least + 1,
            least + ((most - least) / 5),
            least + ((most - least) / 2),
            most - ((most - least) / 4),
            most - 1,
            most,
            most + 10,
        }.Where(b => b >= least);
    }

    /// <summary>
    /// The least error of the assignments of each cost, from 0 to the dearest; infinite where no assignment has it.
    /// </summary>
    private static double[] MinErrors(Choice[][] layers)
    {
        double[] before = [0];
        foreach (Choice[] layer in layers)
        {
            double[] errors = new double[before.Length + layer[^1].Cost];
            Array.Fill(errors, double.PositiveInfinity);
            for (int cost = 0; cost < before.Length; cost++)
            {
                foreach (Choice choice in layer)
                    errors[cost + choice.Cost] = Math.Min(errors[cost + choice.Cost], before[cost] + choice.Error);
            }
            before = errors;
        }
        return before;
    }

    /// <summary>The least error within a budget, and the least cost at which it is had.</summary>
    private static (double Error, long Cost) Best(double[] table, long budget)
    {
        double error = table.Take((int)budget + 1).Min();
        return (error, Array.IndexOf(table, error));
    }

    private static Choice[] Falling(long weights, int from, double error) =>
        [.. Enumerable.Range(2, 7).Select(b => new Choice(b, weights * b, from * error * Math.Pow(0.5, b)))];
}
