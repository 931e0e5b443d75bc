using QDrop.Calibration.Ranges;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Benchmarks;

/// <summary>Times the search of ranges.</summary>
internal static class RangeBenchmark
{
    public static void Run()
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(1);
        Console.WriteLine($"Range search, {get_num_threads()} thread(s); milliseconds, wall clock and processor time");
        Tensor activation = randn([256L, 16L, 32L, 32L]);
        Tensor rectified = activation.relu();
        foreach (int bits in new[] { 2, 4, 8 })
        {
            Report(
                $"activations [256, 16, 32, 32] rectified, {bits} bits",
                () => RangeSearch.OfTensor(rectified, bits, "x"));
            Report(
                $"activations [256, 16, 32, 32] signed, {bits} bits",
                () => RangeSearch.OfTensor(activation, bits, "x"));
        }
        foreach ((long[]? shape, int bits) in new[]
            {
                (new[] { 64L, 64, 3, 3 }, 2),
                ([64L, 64, 3, 3], 4),
                ([16L, 3, 3, 3], 8),
                ([10L, 64], 8),
                ([64L, 64, 3, 3], 8),
            })
        {
            Tensor weight = randn(shape);
            Report(
                $"weight [{string.Join(", ", shape)}], {bits} bits",
                () => RangeSearch.OfChannels(weight, 0, bits, "w"));
        }
    }

    private static void Report(string name, Action action)
    {
        action();
        var lap = new Lap();
        action();
        (double wall, double cpu) = lap.Read(1);
        Console.WriteLine($"{name,-60}{wall,10:0.0}{cpu,10:0.0}");
    }
}
