using System.Diagnostics;
using QDrop.Artifacts;
using QDrop.Calibration;
using QDrop.Safetensors;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Yardstick;

/// <summary>
/// Calibrates a U-Net within a memory limit and says how much memory the process needed: once in each process, because
/// it is the peak of all that the process has done.
/// </summary>
internal sealed record MemoryRun
{
    /// <summary>MiB; 0 for no limit.</summary>
    public required int Limit { get; init; }

    public required Method Method { get; init; }

    public required LossKind Loss { get; init; }

    public required CalibrationOrder Order { get; init; }

    public required int Samples { get; init; }

    public required int Size { get; init; }

    public required int BatchSize { get; init; }

    public required int Iterations { get; init; }

    public required int Threads { get; init; }

    public required bool Insight { get; init; }

    /// <summary>Of the weights; <see langword="null"/> for 4 bits each.</summary>
    public required string? Budget { get; init; }

    /// <summary>A folder on a disk.</summary>
    public required string Folder { get; init; }

    /// <returns>0 if the peak was at most 1.3 times the limit.</returns>
    public int Run()
    {
        set_num_threads(Threads);
        using DisposeScope scope = NewDisposeScope();
        manual_seed(1);
        using var model = new UNet();
        Tensor inputs = randn(Samples, 3, Size, Size);
        long before = Peak();
        var clock = Stopwatch.StartNew();
        string phase = "";
        long told = 0;
        string bytes;
        try
        {
            CalibrationOutcome outcome = ModelQuantizer.Quantize(
                UNet.Quantized.Descriptor,
                new QuantizationSettings
                {
                    W = Budget is null ? 4 : 2,
                    A = 4,
                    Budget = Budget is null ? null : BitBudget.Parse(Budget),
                    Method = Method,
                    Loss = Loss,
                    Order = Order,
                    Samples = Samples,
                    RangeSamples = Samples,
                    BatchSize = BatchSize,
                    Iterations = Iterations,
                },
                model,
                inputs,
                new Progress(Tell),
                insight: Insight,
                memory: Limit > 0 ? new CalibrationMemory((long)Limit << 20, Folder) : null);
            bytes = TensorHash.Of(ArtifactWriter.Tensors(outcome.State))[..16]
                + (outcome.Insight is { } insight
                    ? $" insight {insight.OutputSqnr:r} "
                        + string.Join(' ', insight.Layers.Select(static l => $"{l.Gain:r}"))
                    : "")
                + $" errors {string.Join(' ', outcome.Units.Select(static u => $"{u.ErrorAfter:r}"))}";
        }
        catch (QDropException error)
        {
            bytes = $"{error.Code} {error.Message}";
        }
        Tell("end");
        long peak = Peak();
        Console.WriteLine(
            $"limit {Limit} MiB, {Method}, {Loss}, {Order}, {Budget ?? "no budget"}, "
                + $"{Samples} x 3 x {Size} x {Size}, batch {BatchSize}, {Threads} threads: "
                + $"before {before} MiB, peak {peak} MiB"
                + (Limit > 0 ? $" ({(double)peak / Limit:0.00} of the limit)" : "")
                + $", {clock.Elapsed.TotalSeconds:0.0} s; {bytes}");
        return Limit > 0 && peak > 1.3 * Limit ? 1 : 0;

        void Tell(string next)
        {
            if (next == phase)
                return;
            if (phase.Length > 0)
                Console.WriteLine($"  {phase}: {Peak()} MiB, {clock.Elapsed.TotalSeconds - told / 1e3:0.0} s");
            (phase, told) = (next, clock.ElapsedMilliseconds);
        }
    }

    private static long Peak()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64 >> 20;
    }

    private sealed class Progress(Action<string> tell) : IProgress<CalibrationProgress>
    {
        public void Report(CalibrationProgress value) => tell(value.Phase);
    }
}
