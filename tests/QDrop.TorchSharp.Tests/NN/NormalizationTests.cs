using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TorchSharp.Tests.NN;

public sealed class NormalizationTests
{
    private const double Eps = 1e-5;

    // Normalizes groups of positions, each by its own mean and (biased) variance.
    private static double[] Normalized(float[] x, Func<int, int> group)
    {
        var groups = x.Select((value, i) => (value, i)).GroupBy(item => group(item.i)).ToDictionary(g => g.Key, g => (Mean: g.Average(v => v.value), Values: g.ToArray()));
        return [.. x.Select((value, i) =>
        {
            var (mean, values) = groups[group(i)];
            double variance = values.Average(v => (v.value - mean) * (v.value - mean));
            return (value - mean) / Math.Sqrt(variance + Eps);
        })];
    }

    [Fact]
    public void BatchNorm2d_normalizes_by_the_batch_in_training_and_updates_its_statistics()
    {
        using DisposeScope scope = NewDisposeScope();
        using BatchNorm2d norm = nn.BatchNorm2d(3, momentum: 0.2);
        Tensor input = Samples.Wave(2, 3, 2, 4);
        float[] x = Samples.Values(input);
        Samples.Close(Normalized(x, i => i / 8 % 3), norm.forward(input));
        double[] means = [.. Enumerable.Range(0, 3).Select(c => x.Where((_, i) => i / 8 % 3 == c).Average(v => (double)v))];
        double[] variances = [.. Enumerable.Range(0, 3).Select(c => x.Where((_, i) => i / 8 % 3 == c).Sum(v => (v - means[c]) * (v - means[c])) / 15)];
        Samples.Close([.. means.Select(mean => 0.2 * mean)], norm.running_mean!);
        Samples.Close([.. variances.Select(variance => 0.8 + 0.2 * variance)], norm.running_var!);
        Assert.Equal(1, norm.num_batches_tracked!.item<long>());
    }

    [Fact]
    public void BatchNorm2d_uses_running_statistics_scale_and_shift_in_evaluation()
    {
        using DisposeScope scope = NewDisposeScope();
        using BatchNorm2d norm = nn.BatchNorm2d(2);
        norm.load_state_dict(new()
        {
            ["weight"] = Samples.Of([2, 3]),
            ["bias"] = Samples.Of([-1, 1]),
            ["running_mean"] = Samples.Of([0.5f, -0.5f]),
            ["running_var"] = Samples.Of([4, 9]),
            ["num_batches_tracked"] = tensor(5L),
        });
        norm.eval();
        Tensor input = Samples.Wave(1, 2, 1, 3);
        float[] x = Samples.Values(input);
        double[] expected = [.. x.Select((value, i) => i < 3 ? (value - 0.5) / Math.Sqrt(4 + Eps) * 2 - 1 : (value + 0.5) / Math.Sqrt(9 + Eps) * 3 + 1)];
        Samples.Close(expected, norm.forward(input));
        Assert.Equal(5, norm.num_batches_tracked!.item<long>());
    }

    [Fact]
    public void Without_momentum_the_statistics_are_the_mean_over_all_batches()
    {
        using DisposeScope scope = NewDisposeScope();
        using BatchNorm1d norm = nn.BatchNorm1d(1);
        norm.momentum = null;
        norm.forward(Samples.Of([1, 3], 2, 1));
        norm.forward(Samples.Of([5, 5], 2, 1));
        norm.forward(Samples.Of([9, 9], 2, 1));
        Samples.Close([(2 + 5 + 9) / 3.0], norm.running_mean!);
    }

    [Fact]
    public void Without_statistics_evaluation_uses_the_batch_too()
    {
        using DisposeScope scope = NewDisposeScope();
        using BatchNorm1d norm = nn.BatchNorm1d(2, affine: false, track_running_stats: false);
        norm.eval();
        Assert.Empty(norm.state_dict());
        Tensor input = Samples.Wave(4, 2);
        Samples.Close(Normalized(Samples.Values(input), i => i % 2), norm.forward(input));
    }

    [Fact]
    public void Inputs_of_another_rank_are_refused()
    {
        using BatchNorm2d two = nn.BatchNorm2d(2);
        using BatchNorm3d three = nn.BatchNorm3d(2);
        using Tensor input = zeros(4, 2, 3);
        var failure = Assert.Throws<ArgumentException>(() => two.forward(input));
        Assert.Contains("[4, 2, 3]", failure.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => three.forward(input));
    }

    [Fact]
    public void Resetting_restores_statistics_and_parameters()
    {
        using DisposeScope scope = NewDisposeScope();
        using BatchNorm1d norm = nn.BatchNorm1d(2);
        norm.load_state_dict(new() { ["weight"] = Samples.Of([2, 3]), ["bias"] = Samples.Of([1, 1]) }, strict: false);
        norm.forward(Samples.Wave(4, 2));
        norm.reset_parameters();
        Samples.Close([0, 0], norm.running_mean!);
        Samples.Close([1, 1], norm.running_var!);
        Samples.Close([1, 1], norm.weight!);
        Samples.Close([0, 0], norm.bias!);
        Assert.Equal(0, norm.num_batches_tracked!.item<long>());
    }

    [Fact]
    public void LayerNorm_normalizes_the_last_dimensions()
    {
        using DisposeScope scope = NewDisposeScope();
        using LayerNorm norm = nn.LayerNorm([2, 3]);
        Tensor input = Samples.Wave(4, 2, 3);
        Samples.Close(Normalized(Samples.Values(input), i => i / 6), norm.forward(input));
        using LayerNorm unbiased = nn.LayerNorm(3, bias: false);
        Assert.Equal(["weight"], unbiased.state_dict().Keys);
        Samples.Close(Normalized(Samples.Values(input), i => i / 3), unbiased.forward(input));
    }

    [Fact]
    public void GroupNorm_normalizes_groups_of_channels()
    {
        using DisposeScope scope = NewDisposeScope();
        using GroupNorm norm = nn.GroupNorm(2, 4);
        Tensor input = Samples.Wave(2, 4, 3);
        Samples.Close(Normalized(Samples.Values(input), i => i / 6), norm.forward(input));
        Assert.Throws<ArgumentException>(() => nn.GroupNorm(3, 4));
    }

    [Fact]
    public void InstanceNorm_normalizes_each_channel_of_each_sample()
    {
        using DisposeScope scope = NewDisposeScope();
        using InstanceNorm1d norm = nn.InstanceNorm1d(2);
        Tensor input = Samples.Wave(2, 2, 5);
        double[] expected = Normalized(Samples.Values(input), i => i / 5);
        Samples.Close(expected, norm.forward(input));
        norm.eval();
        Samples.Close(expected, norm.forward(input));
        using InstanceNorm2d two = nn.InstanceNorm2d(2);
        Tensor unbatched = Samples.Wave(2, 2, 5);
        Samples.Close(Normalized(Samples.Values(unbatched), i => i / 10), two.forward(unbatched));
    }

    [Fact]
    public void InstanceNorm_with_statistics_uses_them_in_evaluation()
    {
        using DisposeScope scope = NewDisposeScope();
        using InstanceNorm1d norm = nn.InstanceNorm1d(1, track_running_stats: true);
        norm.load_state_dict(new() { ["running_mean"] = Samples.Of([1]), ["running_var"] = Samples.Of([4]) }, strict: false);
        norm.eval();
        Samples.Close([1 / Math.Sqrt(4 + Eps), 2 / Math.Sqrt(4 + Eps)], norm.forward(Samples.Of([2, 3], 1, 1, 2)));
    }

    [Fact]
    public void LocalResponseNorm_divides_by_the_energy_of_neighbouring_channels()
    {
        using DisposeScope scope = NewDisposeScope();
        using LocalResponseNorm norm = nn.LocalResponseNorm(3, alpha: 0.5, beta: 0.75, k: 2);
        Tensor input = Samples.Wave(1, 4, 2);
        float[] x = Samples.Values(input);
        double[] expected = [.. x.Select((value, i) =>
        {
            double energy = Enumerable.Range(i / 2 - 1, 3).Where(c => c is >= 0 and < 4).Sum(c => (double)x[c * 2 + i % 2] * x[c * 2 + i % 2]);
            return value / Math.Pow(2 + 0.5 * energy / 3, 0.75);
        })];
        Samples.Close(expected, norm.forward(input));
    }

    [Fact]
    public void Normalize_gives_vectors_of_length_one()
    {
        using DisposeScope scope = NewDisposeScope();
        Samples.Close([0.6, 0.8, 0, 0], nn.functional.normalize(Samples.Of([3, 4, 0, 0], 2, 2)));
    }
}
