using QDrop.Calibration.Training;
using Xunit;

namespace QDrop.Tests.Training;

/// <summary>The kernels beside the definition of the probabilities.</summary>
public sealed unsafe class CategoricalQuantizationTests
{
    private const float Alpha = 0.3f;

    /// <summary>
    /// Grids of weights, of activations, and of activations whose grid is shifted; with masks that leave holes.
    /// </summary>
    public static TheoryData<int, int, int[], float> Grids => new()
    {
        { 2, 2, [], 0.1f },
        { 2, 0, [], 0.1f },
        { 4, 8, [1, 1], 0.1f },
        { 4, 0, [1, 1], 0.07f },
        { 4, 5, [1, 1], 0.3f },
        { 4, 8, [0, 1], 0.1f },
        { 4, 0, [0, 1], 0.1f },
        { 4, 8, [1, 0], 0.1f },
        { 4, 5, [0, 1], 0.1f },
        { 5, 16, [0, 1, 0], 0.1f },
        { 6, 0, [0, 1, 0, 1], 0.15f },
        { 8, 128, [1, 1, 1, 1, 1, 1], 0.1f },
    };

    [Theory]
    [MemberData(nameof(Grids))]
    public void The_forward_pass_takes_the_most_likely_grid_point(int bits, int zeroPoint, int[] masks, float sigma)
    {
        GridRun[] runs = Runs(bits, zeroPoint, masks);
        float[] x = Elements(bits, zeroPoint);
        float[] y = Forward(x, sigma, runs);
        for (int i = 0; i < x.Length; i++)
            Assert.Equal(ExplicitProbabilities.Mode(x[i], Alpha, sigma, runs), MathF.Round(y[i] / Alpha));
    }

    [Theory]
    [MemberData(nameof(Grids))]
    public void Gradients_are_those_of_the_chosen_probability(int bits, int zeroPoint, int[] masks, float sigma)
    {
        GridRun[] runs = Runs(bits, zeroPoint, masks);
        foreach (float x in Elements(bits, zeroPoint))
        {
            int k = ExplicitProbabilities.Mode(x, Alpha, sigma, runs);
            (float[]? ofX, double[]? sums) = Backward([x], [1], sigma, runs, through: 0);
            double g = (double)Alpha * k;
            if (k != 0)
                Near(g * Slope(d => Pi(x + d, Alpha, sigma, runs, k)), ofX[0]);
            // x / α times the derivative: float32 has fewer digits left the farther out the element is.
            Near(k + g * Slope(d => Pi(x, Alpha + d, sigma, runs, k)), sums[0], 2e-3 + 1e-5 * k * k);
            Near(g * Slope(d => Pi(x, Alpha, sigma + d, runs, k)), sums[1]);
        }
    }

    [Fact]
    public void Where_the_grid_point_is_0_the_gradient_goes_straight_through_within_the_grid()
    {
        GridRun[] runs = CategoricalGrid.OfWeights(3).Whole().Runs;
        (float[]? ofX, double[]? sums) = Backward([0.01f, -0.1f, 0], [2, -3, 4], 0.1f, runs, through: 0);
        Assert.Equal([2, -3, 4], ofX);
        Assert.Equal([0, 0], sums);
        // Below a grid that begins at 0 nothing is gained by moving a little.
        (ofX, _) = Backward([-0.2f, -0.1f], [2, 2], 0.1f, new CategoricalGrid(3, 0).Whole().Runs, through: 0);
        Assert.Equal([0, 2], ofX);
    }

    [Fact]
    public void The_straight_through_part_is_added_within_the_grid()
    {
        GridRun[] runs = CategoricalGrid.OfWeights(3).Whole().Runs;
        float[] x = [0.31f, -0.7f, 2, -5, 0.02f], flow = [1, 1, 1, 1, 1];
        (float[]? without, double[]? sumsWithout) = Backward(x, flow, 0.1f, runs, through: 0);
        (float[]? with, double[]? sums) = Backward(x, flow, 0.1f, runs, through: 0.5f);
        Assert.Equal([0.5f, 0.5f, 0, 0, 0], with.Zip(without, (a, b) => MathF.Round(a - b, 5)));
        // The level follows x / α, within the grid.
        Near(-0.5 * (0.31 - 0.7 + 0.02) / Alpha, sums[0] - sumsWithout[0], 1e-5);
    }

    [Fact]
    public void With_nothing_of_the_chosen_probability_it_is_the_straight_through_estimator()
    {
        var grid = new CategoricalGrid(4, 5);
        float[] x = Elements(4, 5), flow = [.. x.Select((_, i) => i % 7 - 3f)];
        (float[]? ofX, double[]? sums) = Backward(x, flow, 0.1f, grid.Whole().Runs, through: 1, chosen: 0);
        double ofAlpha = 0;
        for (int i = 0; i < x.Length; i++)
        {
            double u = x[i] / (double)Alpha, level = Math.Clamp(Math.Round(u), grid.Low, grid.High);
            bool inside = Math.Round(u) == level;
            Assert.Equal(inside ? flow[i] : 0, ofX[i]);
            // Learned step size quantization (arXiv 1902.08153, eq. 3).
            ofAlpha += flow[i] * (inside ? level - u : level);
        }
        Near(ofAlpha, sums[0], 1e-5);
        Assert.Equal(0, sums[1]);
    }

    [Fact]
    public void Of_equally_likely_grid_points_the_even_one_and_of_two_runs_the_lower_is_taken()
    {
        GridRun[] whole = Runs(4, 8, [1, 1]);
        Assert.Equal([2, 2, 0, -2], Forward([1.5f, 2.5f, 0.5f, -1.5f], 1f / 3, whole, alpha: 1));
        // Without the level of 3 bits, 1 and 4 are neighbours, and −2 and −5.
        GridRun[] hole = Runs(4, 8, [0, 1]);
        Assert.Equal([1, -5], Forward([2.5f, -3.5f], 1f / 3, hole, alpha: 1));
    }

    [Theory]
    [InlineData(0.1f)]
    [InlineData(0.001f)]
    public void In_a_wide_hole_and_far_outside_nothing_becomes_infinite_or_undefined(float sigma)
    {
        // Of 8 bits only the lowest two and the highest are left: the hole is 62 grid points wide.
        GridRun[] runs = Runs(8, 128, [0, 0, 0, 0, 0, 1]);
        float[] x = [10, 9.75f, 9.6f, 9.9f, -10, 40, -40, 1e6f, -1e6f, 1e30f];
        float[] y = Forward(x, sigma, runs);
        Assert.All(y, v => Assert.True(float.IsFinite(v)));
        Assert.Equal(Alpha * 1, y[2]);
        Assert.Equal(Alpha * 64, y[3]);
        (float[]? ofX, double[]? sums) = Backward(x, [.. x.Select(_ => 1f)], sigma, runs, through: 0);
        Assert.All(ofX, v => Assert.True(float.IsFinite(v)));
        Assert.All(sums, v => Assert.True(double.IsFinite(v)));
    }

    [Fact]
    public void Relu_is_part_of_both_passes()
    {
        GridRun[] runs = Runs(4, 5, [1, 0]);
        float[] x = Elements(4, 5);
        float[] flow = x.Select((_, i) => i % 3 - 1f).ToArray();
        float[] rectified = [.. x.Select(v => MathF.Max(v, 0))];
        Assert.Equal(Forward(rectified, 0.1f, runs), Forward(x, 0.1f, runs, rectify: true));
        (float[]? apart, double[] _) = Backward(
            rectified, [.. flow.Zip(x, (f, v) => v > 0 ? f : 0)], 0.1f, runs, through: 0.3f);
        (float[]? together, double[] _) = Backward(x, flow, 0.1f, runs, through: 0.3f, rectify: true);
        Assert.Equal(apart, together);
    }

    [Fact]
    public void Parts_add_up_by_their_shares()
    {
        var grid = CategoricalGrid.OfWeights(4);
        GridPart[] parts = [grid.Of(2).Whole(0.2f), grid.Of(3).Whole(0.3f), grid.Whole(0.5f)];
        float[] x = Elements(4, 8);
        float[] flow = x.Select((_, i) => i % 5 - 2f).ToArray();
        float[] y = new float[x.Length], ofX = new float[x.Length];
        double[] sums = new double[2], ofShares = new double[3];
        GridStep step = new(Alpha, 0.1f);
        fixed (float* from = x, gradient = flow, to = y, result = ofX)
        {
            for (int i = 0; i < parts.Length; i++)
            {
                CategoricalQuantization.Forward(from, to, x.Length, step, parts[i], rectify: false, add: i > 0);
                ofShares[i] = CategoricalQuantization.Backward(
                    from,
                    gradient,
                    result,
                    x.Length,
                    step,
                    parts[i],
                    rectify: false,
                    new(0.7f, 0.5f),
                    sums,
                    add: i > 0);
            }
        }
        float[][] apart = [.. parts.Select(p => Forward(x, 0.1f, p.Runs))];
        (float[] OfX, double[] Sums)[] gradients = parts
            .Select(p => Backward(x, flow, 0.1f, p.Runs, through: 0.5f, chosen: 0.7f))
            .ToArray();
        for (int i = 0; i < x.Length; i++)
        {
            Near(parts.Select((p, part) => p.Share * apart[part][i]).Sum(), y[i], 1e-6);
            Near(parts.Select((p, part) => p.Share * gradients[part].OfX[i]).Sum(), ofX[i], 1e-5);
        }
        for (int sum = 0; sum < 2; sum++)
            Near(parts.Select((p, part) => p.Share * gradients[part].Sums[sum]).Sum(), sums[sum], 1e-5);
        // Elements are linear in the shares.
        for (int part = 0; part < parts.Length; part++)
            Near(flow.Zip(apart[part], (f, v) => (double)f * v).Sum(), ofShares[part], 1e-5);
    }

    [Fact]
    public void Each_number_of_elements_gives_what_single_ones_give()
    {
        GridRun[] runs = Runs(4, 8, [0, 1]);
        float[] all = Elements(4, 8);
        for (int count = 1; count <= 17; count++)
        {
            float[] x = all.AsSpan(20, count).ToArray();
            float[] flow = x.Select((_, i) => i - 3f).ToArray();
            Assert.Equal(x.SelectMany(v => Forward([v], 0.1f, runs)), Forward(x, 0.1f, runs));
            (float[]? ofX, double[]? sums) = Backward(x, flow, 0.1f, runs, 0);
            (float[] OfX, double[] Sums)[] single = x.Zip(flow, (v, f) => Backward([v], [f], 0.1f, runs, 0)).ToArray();
            Assert.Equal(single.SelectMany(s => s.Item1), ofX);
            for (int s = 0; s < sums.Length; s++)
                Near(single.Sum(p => p.Item2[s]), sums[s], 1e-4);
        }
    }

    private static GridRun[] Runs(int bits, int zeroPoint, int[] masks) =>
        new CategoricalGrid(bits, zeroPoint).Kept([.. masks.Select(static m => m != 0)]).Runs;

    /// <summary>From below the grid to above it, not on borders between cells.</summary>
    private static float[] Elements(int bits, int zeroPoint)
    {
        var grid = new CategoricalGrid(bits, zeroPoint);
        float low = Alpha * (grid.Low - 2), high = Alpha * (grid.High + 2);
        return [.. Enumerable.Range(0, 97).Select(i => low + (high - low) * (i + 0.37f) / 97)];
    }

    private static double Pi(double x, double alpha, double sigma, GridRun[] runs, int k) =>
        ExplicitProbabilities.Of(x, alpha, sigma, runs)[k];

    private static double Slope(Func<double, double> of, double h = 1e-5) => (of(h) - of(-h)) / (2 * h);

    private static void Near(double expected, double found, double tolerance = 2e-3) =>
        Assert.True(
            Math.Abs(found - expected) <= tolerance * Math.Max(1, Math.Abs(expected)),
            $"expected {expected:R}, found {found:R}");

    private static float[] Forward(float[] x, float sigma, GridRun[] runs, bool rectify = false, float alpha = Alpha)
    {
        float[] y = new float[x.Length];
        fixed (float* from = x, to = y)
            CategoricalQuantization.Forward(from, to, x.Length, new(alpha, sigma), new(0, runs, 1), rectify);
        return y;
    }

    private static (float[] OfX, double[] Sums) Backward(
        float[] x, float[] flow, float sigma, GridRun[] runs, float through, bool rectify = false, float chosen = 1)
    {
        float[] result = new float[x.Length];
        double[] sums = new double[2];
        fixed (float* from = x, gradient = flow, to = result)
            CategoricalQuantization.Backward(
                from, gradient, to, x.Length, new(Alpha, sigma), new(0, runs, 1), rectify, new(chosen, through), sums);
        return (result, sums);
    }
}
