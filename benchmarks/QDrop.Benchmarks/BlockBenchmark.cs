using System.Diagnostics;
using QDrop.Calibration.Learning;
using QDrop.Calibration.Reconstruction;
using QDrop.Quantizers;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Benchmarks;

/// <summary>Times one reconstruction and its parts.</summary>
internal static class BlockBenchmark
{
    private const int Samples = 1024;
    private const int Batch = 32;

    public static void Run(BlockShape shape, bool channelsLast, int iterations)
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(1);
        using var block = new BenchmarkBlock(shape, 2, 4);
        Tensor plain = Ordered(randn([Samples, shape.Channels, shape.Side, shape.Side]).relu(), channelsLast);
        Tensor quantized = Ordered((plain / 0.15).round() * 0.15, channelsLast);
        Tensor target;
        using (no_grad())
        {
            block.Enable(false);
            target = block.Forward(plain);
            block.Enable(true);
        }

        var settings = new QuantizationSettings { W = 2, A = 4, Iterations = iterations };
        (double wall, double cpu) = (0.0, 0.0);
        var clock = new Lap();
        var reconstructor = new UnitLearner(settings, new SeededDraws(1))
        {
            Iterated = (iteration, _) =>
            {
                // The first half warms up: the run time compiles hot methods again in the background.
                if (iteration == iterations / 2)
                    clock = new();
                if (iteration == iterations)
                    (wall, cpu) = clock.Read(iterations - iterations / 2);
            },
        };
        reconstructor.Reconstruct(block, quantized, plain, target, null, default);

        (double convolutionWall, double convolutionCpu) = Convolutions(shape, plain, iterations);
        IEnumerable<string> parts = Parts(block, plain, quantized, target, iterations)
            .Select(p => $"{p.Name} {p.Time.Cpu:0.00}");
        string shapeText = $"{shape.Name} [{Samples}, {shape.Channels}, {shape.Side}, {shape.Side}]";
        string format = channelsLast ? "channels_last" : "contiguous";
        Console.WriteLine(
            $"{shapeText,-28}{format,-16}{wall,8:0.00}{cpu,8:0.00}{convolutionWall,8:0.00}{convolutionCpu,8:0.00}  "
                + string.Join(", ", parts));
    }

    private static (double Wall, double Cpu) Convolutions(BlockShape shape, Tensor plain, int iterations)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = plain.narrow(0, 0, Batch).clone();
        Tensor[] weights = Enumerable
            .Range(0, 2)
            .Select(_ => randn([shape.Channels, shape.Channels, 3L, 3L]).requires_grad_())
            .ToArray();
        Tensor gradient = x.clone();
        return Time(
            iterations,
            () =>
            {
                using DisposeScope inner = NewDisposeScope();
                Tensor y = nn.functional.conv2d(
                    nn.functional.conv2d(x, weights[0], padding: [1, 1]), weights[1], padding: [1, 1]);
                y.backward([gradient]);
            });
    }

    private static IEnumerable<(string Name, (double Wall, double Cpu) Time)> Parts(
        BenchmarkBlock block, Tensor plain, Tensor quantized, Tensor target, int iterations)
    {
        using DisposeScope scope = NewDisposeScope();
        var draws = new SeededDraws(2);
        long[] rows = new long[Batch];
        draws.NextBatch(rows, Samples);
        using var mix = new InputMix(new(quantized), new(plain), Batch, 0.5, draws);
        yield return ("input", Time(iterations, () => mix.Fill(rows)));

        QuantizePass<FakeQuantization> Pass() => new(new([0.15f], [0], 15), 1e-4f, new DropMask(0.5, draws));
        QuantizePass<FakeQuantization> pass = Pass();
        Tensor output = pass.Forward(mix.Batch);
        yield return ("quantize", Time(iterations, () => Pass().Forward(mix.Batch).Dispose()));
        yield return ("gradient", Time(iterations, () => pass.Backward(mix.Batch, output).Gradient.Dispose()));
        using var loss = new ReconstructionLoss(target, 1);
        yield return ("loss", Time(iterations, () => loss.Evaluate(output, rows).Gradient.Dispose()));

        WeightQuantizer weight = block.Weights[0];
        weight.Calibration.BeginLearning(channelsLast: true);
        var optimizer = new RoundingOptimizer(weight);
        using Tensor slope = weight.Value().clone();
        yield return ("rounding", Time(iterations, () =>
        {
            weight.Value().grad = slope;
            optimizer.Step(1e-9, 20, 0.01);
        }));
        weight.Calibration.EndLearning();
        yield return ("relu", Time(iterations, () => mix.Batch.relu().Dispose()));
        yield return ("add", Time(iterations, () => (mix.Batch + output).Dispose()));
    }

    private static Tensor Ordered(Tensor x, bool channelsLast) =>
        channelsLast ? x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2) : x.contiguous();

    private static (double Wall, double Cpu) Time(int iterations, Action action)
    {
        for (int i = 0; i < Math.Max(30, iterations / 10); i++)
            action();
        var lap = new Lap();
        for (int i = 0; i < iterations; i++)
            action();
        return lap.Read(iterations);
    }
}

/// <summary>Wall clock and processor time since it was made.</summary>
internal readonly struct Lap
{
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly TimeSpan _cpu = Process.GetCurrentProcess().TotalProcessorTime;

    public Lap()
    {
    }

    /// <summary>Milliseconds for each of so many repetitions.</summary>
    public (double Wall, double Cpu) Read(int repetitions) =>
        (
            Stopwatch.GetElapsedTime(_start).TotalMilliseconds / repetitions,
            (Process.GetCurrentProcess().TotalProcessorTime - _cpu).TotalMilliseconds / repetitions);
}
