using QDrop.Calibration.Learning;
using QDrop.Calibration.Ranges;
using QDrop.Quantizers;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Quantizers;

/// <summary>How ranges are chosen other than by least error over all values.</summary>
public sealed class ObserverTests
{
    public ObserverTests() => set_num_threads(1);

    [Theory]
    [InlineData(11, 90)]
    [InlineData(1_000, 99)]
    [InlineData(70_000, 99.9)]
    [InlineData(70_000, 51)]
    public void A_percentile_is_that_of_the_sorted_values(int count, double percentile)
    {
        using DisposeScope scope = NewDisposeScope();
        var random = new Random(3);
        // A distribution with most values in one place, as behind a rectifier.
        float[] values = Enumerable
            .Range(0, count)
            .Select(i => i % 3 == 0 ? 0f : (float)(Math.Pow(random.NextDouble(), 9) * 40 - 5))
            .ToArray();

        QuantizationRange range = RangeSearch.OfTensor(
            tensor(values), 8, "x", new(RangeObserver.Percentile, Percentile: percentile));

        float[] sorted = values.Order().ToArray();
        Assert.Equal(Quantile(sorted, 1 - percentile / 100), range.Minimum, 1e-5);
        Assert.Equal(Quantile(sorted, percentile / 100), range.Maximum, 1e-5);
    }

    [Fact]
    public void The_hundredth_percentile_is_the_whole_range()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = tensor([-3f, 1, 2, 9]);
        Assert.Equal(
            RangeSearch.OfTensor(x, 4, "x", new(RangeObserver.MinMax)),
            RangeSearch.OfTensor(x, 4, "x", new(RangeObserver.Percentile, Percentile: 100)));
    }

    [Fact]
    public void A_percentile_of_equal_values_is_that_value()
    {
        using DisposeScope scope = NewDisposeScope();
        QuantizationRange range = RangeSearch.OfTensor(full([50L], 2f), 4, "x", new(RangeObserver.Percentile));
        Assert.Equal((2f, 2f, 2f / 15, 0f), (range.Minimum, range.Maximum, range.Scale, range.ZeroPoint));
    }

    [Fact]
    public void Average_min_max_is_the_range_of_the_mean_ends()
    {
        using DisposeScope scope = NewDisposeScope();
        using var quantizer = new ActivationQuantizer("a")
        {
            Bits = 4,
            Calibration = { Range = new(RangeObserver.AverageMinMax), Observing = true },
        };
        quantizer.Forward(tensor([-1f, 0.5f, 4f]));
        quantizer.Forward(tensor([-3f, 2f, 0f]));
        // From −2 to 3.
        Assert.Equal(5f / 15, quantizer.Scale!.item<float>(), 1e-6f);
        Assert.Equal(6, quantizer.ZeroPoint!.item<float>());
    }

    [Fact]
    public void Average_least_error_is_the_mean_of_the_batches_searches()
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(3);
        Tensor one = randn(400), two = randn(400) * 3;
        (QuantizationRange a, QuantizationRange b) = (
            RangeSearch.OfTensor(one, 3, "x"), RangeSearch.OfTensor(two, 3, "x"));
        using var quantizer = new ActivationQuantizer("a")
        {
            Bits = 3,
            Calibration = { Range = new(RangeObserver.AverageMinError), Observing = true },
        };
        quantizer.Forward(one);
        quantizer.Forward(two);
        var expected = QuantizationRange.Asymmetric((a.Minimum + b.Minimum) / 2, (a.Maximum + b.Maximum) / 2, 7);
        Assert.Equal(expected.Scale, quantizer.Scale!.item<float>(), 1e-6f);
        Assert.Equal(expected.ZeroPoint, quantizer.ZeroPoint!.item<float>());
    }

    [Fact]
    public void Without_an_average_the_last_observation_counts_and_observing_again_begins_anew()
    {
        using DisposeScope scope = NewDisposeScope();
        using var quantizer = new ActivationQuantizer("a")
        {
            Bits = 4,
            Calibration = { Range = new(RangeObserver.AverageMinMax), Observing = true },
        };
        quantizer.Forward(tensor([0f, 100f]));
        quantizer.Calibration.Observing = false;
        quantizer.Calibration.Observing = true;
        quantizer.Forward(tensor([0f, 15f]));
        Assert.Equal(1, quantizer.Scale!.item<float>(), 1e-6f);
    }

    [Fact]
    public void A_symmetric_grid_has_zero_in_its_middle()
    {
        using DisposeScope scope = NewDisposeScope();
        using var quantizer = new ActivationQuantizer("a")
        {
            Bits = 4,
            Calibration = { Range = new(RangeObserver.MinMax, Symmetric: true), Observing = true },
        };
        quantizer.Forward(tensor([-1f, 15f]));
        quantizer.Calibration.Observing = false;
        quantizer.Enabled = true;
        // 15 / 7.5 = 2 for each level, from −8 to 7.
        Assert.Equal(2, quantizer.Scale!.item<float>(), 1e-6f);
        Assert.Equal(8, quantizer.ZeroPoint!.item<float>());
        Assert.Equal(
            [-16f, -2, 0, 4, 14], quantizer.Forward(tensor([-90f, -1.1f, 0.9f, 3.2f, 90])).data<float>().ToArray());
    }

    [Theory]
    [InlineData(RangeObserver.MinError)]
    [InlineData(RangeObserver.AverageMinError)]
    [InlineData(RangeObserver.MinMax)]
    [InlineData(RangeObserver.AverageMinMax)]
    [InlineData(RangeObserver.Percentile)]
    public void A_weight_has_a_range_for_each_channel_or_one_for_all(RangeObserver observer)
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(5);
        Tensor weight = randn(4, 30) * tensor([1f, 2, 4, 8]).view(4, 1);
        var options = new RangeOptions(observer, Symmetric: true, Percentile: 95);
        using var each = new WeightQuantizer("w", weight, 0) { Bits = 4, Calibration = { Range = options } };
        using var all = new WeightQuantizer("w", weight, 0)
        {
            Bits = 4,
            Calibration = { Range = options, PerChannel = false },
        };
        each.Calibration.SearchRange();
        all.Calibration.SearchRange();
        Assert.Equal(4, each.Scale!.data<float>().Distinct().Count());
        for (int c = 0; c < 4; c++)
            Assert.Equal(RangeSearch.OfTensor(weight[c], 4, "w", options).Scale, each.Scale!.data<float>()[c]);
        Assert.Equal(
            [.. Enumerable.Repeat(RangeSearch.OfTensor(weight, 4, "w", options).Scale, 4)],
            all.Scale!.data<float>().ToArray());
        Assert.All(each.ZeroPoint!.data<float>().Concat(all.ZeroPoint!.data<float>()), zero => Assert.Equal(8, zero));
    }

    private static double Quantile(float[] sorted, double share)
    {
        double rank = share * (sorted.Length - 1);
        int low = (int)Math.Floor(rank);
        return sorted[low] + (rank - low) * (sorted[Math.Min(low + 1, sorted.Length - 1)] - (double)sorted[low]);
    }
}
