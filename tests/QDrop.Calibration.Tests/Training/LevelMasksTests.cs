using QDrop.Calibration.Training;
using Xunit;

namespace QDrop.Tests.Training;

public sealed class LevelMasksTests
{
    [Theory]
    [InlineData(0.1)]
    [InlineData(0.5)]
    public void Each_level_is_dropped_with_the_given_probability_independently_of_the_others(double drop)
    {
        const int n = 20_000;
        var masks = new LevelMasks(CategoricalGrid.OfWeights(5), drop, 0);
        var draws = new EpochDraws(9, 0);
        float[] uniforms = new float[LevelMasks.Draws];
        (int[]? dropped, int both) = (new int[3], 0);
        for (int i = 0; i < n; i++)
        {
            draws.Fill(uniforms);
            masks.Sample(uniforms);
            bool[] gone = [.. Enumerable.Range(3, 3).Select(level => !Has(masks.Parts[0].Runs, level))];
            for (int level = 0; level < 3; level++)
                dropped[level] += gone[level] ? 1 : 0;
            both += gone[0] && gone[2] ? 1 : 0;
        }
        Assert.All(dropped, count => Counted(drop, count));
        Counted(drop * drop, both);

        // Five standard deviations.
        static void Counted(double probability, int count) =>
            Assert.InRange(
                (double)count / n,
                probability - 5 * Math.Sqrt(probability * (1 - probability) / n),
                probability + 5 * Math.Sqrt(probability * (1 - probability) / n));
    }

    [Fact]
    public void A_learned_level_is_only_there_where_the_lower_ones_are()
    {
        var masks = new LevelMasks(CategoricalGrid.OfWeights(5), 0, 0.1);
        // That of level 4 comes out as 0, that of 3 between 0 and 1, that of 5 as 1.
        masks.Sample([0.1f, 0.001f, 0.99f, 0, 0, 0, 0, 0]);
        Assert.Equal([2, 3], masks.Parts.Select(static p => p.Bits));
        Assert.Equal(1, masks.Parts.Sum(static p => p.Share), 1e-6);
        masks.Sample([0.1f, 0.1f, 0.99f, 0, 0, 0, 0, 0]);
        double z = HardConcrete.Sample(HardConcrete.Start, 0.1f).Value;
        Assert.Equal([2, 3, 5], masks.Parts.Select(static p => p.Bits));
        Assert.All(masks.Parts.Zip([1 - z, z * (1 - z), z * z]), p => Assert.Equal(p.Second, p.First.Share, 1e-6));
        Assert.Equal([new GridRun(-16, 15)], masks.Parts[^1].Runs);
        masks.Sample([0.99f, 0.99f, 0.99f, 0, 0, 0, 0, 0]);
        Assert.Equal((5, 1f), (Assert.Single(masks.Parts).Bits, masks.Parts[0].Share));
    }

    [Theory]
    [InlineData(0.1f, 0.06f, 0.12f)]
    [InlineData(0.99f, 0.06f, 0.12f)]
    [InlineData(0.1f, 0.99f, 0.12f)]
    [InlineData(0.1f, 0.06f, 0.001f)]
    [InlineData(0.1f, 0.001f, 0.12f)]
    public void The_gates_gradient_is_that_of_finite_differences(params float[] uniforms)
    {
        // What comes out of each part is a number, of which the shares make a mean.
        double[] outputs = [0.2, 0.7, -1.3, 0.4];
        for (int gate = 0; gate < 3; gate++)
        {
            const double h = 1e-6;
            double expected = (Value(gate, h) - Value(gate, -h)) / (2 * h);
            var masks = new LevelMasks(CategoricalGrid.OfWeights(5), 0, 1e-300);
            masks.Sample(uniforms);
            foreach (GridPart part in masks.Parts)
                masks.AddGradient(part.Bits, outputs[part.Bits - 2]);
            // The first step of Adam goes by the sign of the gradient; its mean, a tenth of the gradient, says how
            // great it is.
            masks.Learn(1e-3);
            Assert.Equal(expected, 10 * masks.State[gate * LearnedScalar.StateLength + 1], 1e-5);
        }

        double Value(int gate, double shift)
        {
            (double value, double product) = (outputs[0], 1.0);
            for (int level = 0; level < 3; level++)
            {
                product *= HardConcrete.Sample(HardConcrete.Start + (level == gate ? shift : 0), uniforms[level]).Value;
                value += product * (outputs[level + 1] - outputs[level]);
            }
            return value;
        }
    }

    [Fact]
    public void The_mean_of_the_gates_gradient_is_what_a_level_is_worth_when_all_is_linear()
    {
        // With one level, y = y₂ + Z·(y₃ − y₂), and dE[y]/d log φ = (y₃ − y₂)·dE[Z]/d log φ.
        const int n = 200_000;
        const double h = 0.05, worth = 0.8;
        double with = 0, without = 0, found = 0;
        var masks = new LevelMasks(CategoricalGrid.OfWeights(3), 0, 1e-300);
        for (int i = 0; i < n; i++)
        {
            // Evenly spread, so that the means hardly vary.
            float uniform = (i + 0.5f) / n;
            with += HardConcrete.Sample(HardConcrete.Start + h, uniform).Value;
            without += HardConcrete.Sample(HardConcrete.Start - h, uniform).Value;
            masks.Sample([uniform, 0, 0, 0, 0, 0, 0, 0]);
            foreach (GridPart part in masks.Parts)
                masks.AddGradient(part.Bits, part.Bits == 3 ? worth : 0);
            double before = masks.State[1];
            masks.Learn(0);
            found += (masks.State[1] - 0.9 * before) * 10;
        }
        Assert.Equal(worth * (with - without) / (2 * h * n), found / n, 1e-3);
    }

    [Fact]
    public void Levels_that_die_take_the_higher_ones_with_them()
    {
        var masks = new LevelMasks(CategoricalGrid.OfWeights(6), 0, 0.1);
        double[] Gate(double logPhi) => [logPhi, 0, 0, 0];
        masks.Restore(CategoricalGrid.OfWeights(6), [.. Gate(2), .. Gate(-3), .. Gate(2), .. Gate(2)]);
        Assert.Equal(3, masks.Surviving());
        masks.Shrink(CategoricalGrid.OfWeights(3));
        Assert.Equal(LearnedScalar.StateLength, masks.State.Length);
        masks.Restore(CategoricalGrid.OfWeights(3), Gate(-3));
        Assert.Equal(2, masks.Surviving());
    }

    [Fact]
    public void Two_bits_have_no_level_to_lose()
    {
        var masks = new LevelMasks(CategoricalGrid.OfWeights(2), 0, 0.1);
        Assert.False(masks.ChoosesBits);
        masks.Sample([0.1f, 0, 0, 0, 0, 0, 0, 0]);
        Assert.Equal(1, Assert.Single(masks.Parts).Share);
        Assert.Equal(2, masks.Surviving());
    }

    private static bool Has(GridRun[] runs, int level)
    {
        // The lowest grid point of a level is in no other one.
        int k = CategoricalGrid.OfWeights(5).Of(level).Low;
        return runs.Any(r => k >= r.Low && k <= r.High);
    }
}
