using System.Text.Json;
using QDrop.Calibration.Ranges;
using QDrop.Tests.Golden;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Quantizers;

/// <summary>The search that looks at few candidates finds what the search finds that looks at all of them.</summary>
public sealed unsafe class BoundedSearchTests
{
    public static TheoryData<string> Distributions =>
        new()
        {
            "normal",
            "rectified",
            "negative",
            "heavy tails",
            "few values",
            "one value",
            "tiny",
            "outlier",
            "mirrored",
        };

    public static IEnumerable<object[]> GoldenCases => GoldenVectors.Cases("observers");

    [Theory]
    [MemberData(nameof(Distributions))]
    public void The_winner_is_that_of_the_exhaustive_search(string distribution)
    {
        var random = new Random(distribution.Length);
        foreach (int bits in new[] { 2, 3, 4, 8 })
        {
            foreach (int count in new[] { 1, 7, 27, 147, bits < 8 ? 2000 : 400 })
            {
                float[] values = Values(distribution, count, random);
                foreach ((float, float) sign in new[] { (values.Min(), values.Max()), (-1f, 1f) })
                {
                    foreach (bool symmetric in new[] { false, true })
                        Agree(
                            values,
                            sign,
                            bits,
                            new RangeOptions(Symmetric: symmetric),
                            $"{distribution}, {count} values, {bits} bits, {sign}, {symmetric}");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(GoldenCases))]
    public void The_winner_is_that_of_the_exhaustive_search_on_golden_vectors(int index)
    {
        using DisposeScope scope = NewDisposeScope();
        JsonElement golden = GoldenVectors.Case("observers", index);
        (Tensor? x, int axis) = (golden.Tensor("input"), golden.GetProperty("settings").Whole("ch_axis"));
        Tensor rows = axis < 0 ? x.reshape(1, -1) : x.transpose(0, axis).reshape(x.shape[axis], -1);
        for (long r = 0L; r < rows.shape[0]; r++)
        {
            foreach (int bits in new[] { 2, 4, 8 })
                Agree(
                    rows[r].data<float>().ToArray(),
                    (x.min().item<float>(), x.max().item<float>()),
                    bits,
                    new(),
                    $"case {index}, row {r}, {bits} bits");
        }
    }

    [Theory]
    [MemberData(nameof(Distributions))]
    public void No_bound_is_above_its_sum(string distribution)
    {
        float[] values = Values(distribution, 700, new Random(3));
        (float Min, float Max) extent = (values.Min(), values.Max());
        fixed (float* first = values)
        {
            foreach (int bits in new[] { 2, 4, 8 })
            {
                var candidates = new RangeCandidates(extent, (-1, 1), bits, new());
                var groups = new ValueGroups(first, values.Length, extent, candidates.Top, candidates.Unit);
                double[] bounds = new double[candidates.PerWidth];
                for (int width = 0; width < RangeCandidates.Widths; width += 7)
                {
                    float step = candidates[width * candidates.PerWidth].Scale;
                    // Where steps are held at the smallest, grids of one width differ.
                    if (step < 2e-8f)
                        continue;
                    groups.Bound(step, bounds, double.PositiveInfinity);
                    for (int zero = 0; zero < bounds.Length; zero += 1 + zero / 9)
                    {
                        int i = width * candidates.PerWidth + zero;
                        (float scale, float lowest) = candidates.Grid(candidates[i]);
                        double sum = candidates.Error(i, first, null, values.Length, double.PositiveInfinity) * (1 + 1e-5);
                        Assert.InRange(bounds[zero], 0, sum);
                        Assert.InRange(groups.Bound(scale, lowest, lowest + candidates.Top), 0, sum);
                    }
                }
            }
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(8)]
    public void Few_candidates_are_looked_at(int bits)
    {
        using DisposeScope scope = NewDisposeScope();
        int passed = 0;
        manual_seed(5);
        RangeSearch.OfChannels(randn(1, 2000), 0, bits, "w", point: new CancellationPoint(default, () => passed++));
        // The channel, each width, and those candidates that could be the best.
        Assert.InRange(passed, 1 + RangeCandidates.Widths + 1, 1 + RangeCandidates.Widths + 60);
    }

    [Fact]
    public void Of_equal_candidates_the_first_is_taken()
    {
        // Mirrored values: a zero point and its mirror image leave the same error.
        float[] values = [-3, -1, -0.5f, 0.5f, 1, 3];
        fixed (float* first = values)
        {
            var candidates = new RangeCandidates((-3, 3), (-3, 3), 2, new());
            (int best, double sum) = BoundedSearch.Best(first, values.Length, (-3, 3), candidates, default);
            int width = best / candidates.PerWidth * candidates.PerWidth;
            for (int i = width; i < best; i++)
                Assert.True(
                    candidates.Error(i, first, null, values.Length, double.PositiveInfinity) > sum,
                    $"{i} is as good as {best}.");
        }
    }

    private static void Agree(float[] values, (float, float) sign, int bits, RangeOptions options, string what)
    {
        (float Min, float Max) extent = (values.Min(), values.Max());
        var candidates = new RangeCandidates(extent, sign, bits, options);
        fixed (float* first = values)
        {
            (int expected, double least) = BoundedSearch.Exhaust(
                first, values.Length, candidates, BoundedSearch.All(candidates), default);
            (int found, double sum) = BoundedSearch.Best(first, values.Length, extent, candidates, default);
            Assert.True(expected == found, $"{what}: {found} in place of {expected}.");
            Assert.InRange(sum, least * (1 - 1e-5), least * (1 + 1e-5));
        }
    }

    private static float[] Values(string distribution, int count, Random random)
    {
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
        {
            double normal =
                Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            values[i] = distribution switch
            {
                "rectified" => (float)Math.Max(0, normal),
                "negative" => (float)-Math.Abs(normal),
                "heavy tails" => (float)(normal * normal * normal),
                "few values" => (float)Math.Round(4 * normal) / 4,
                "one value" => 0.37f,
                "tiny" => (float)(normal * 1e-7),
                "outlier" => i == 0 ? 40 : (float)(normal + 0.4),
                "mirrored" => i % 2 == 1 ? -values[i - 1] : (float)normal,
                _ => (float)(0.05 * normal),
            };
        }
        return values;
    }
}
