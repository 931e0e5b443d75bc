using System.Diagnostics;
using System.Globalization;
using Cifar10;
using Cifar10.Data;
using QDrop;
using QDrop.Artifacts;
using QDrop.Calibration;
using QDrop.CompilerServices;
using static TorchSharp.torch;

namespace Experiments;

/// <summary>Post-training quantization of given float weights, and the evaluation of the result.</summary>
internal sealed class QuantizationRun
{
    /// <summary>The columns of a line of the table.</summary>
    public const string Header =
        "w,a,drop,method,order,seed,iterations,float,top1,seconds,budget,bits,bytes,scale,norm";

    private readonly Tensor _inputs;
    private readonly Baseline _baseline;
    private readonly CancellationToken _cancellation;

    /// <param name="folder">CIFAR-10.</param>
    /// <param name="weights">File of float weights.</param>
    /// <param name="cancellation">Stops a run.</param>
    public QuantizationRun(CifarFolder folder, string weights, CancellationToken cancellation)
    {
        _cancellation = cancellation;
        _baseline = new Baseline(weights, folder.Test());
        CifarImages calibration = folder.Train(new QuantizationSettings().Samples);
        _inputs = Batch.Of(calibration, 0, calibration.Count).Inputs;
    }

    /// <summary>Quantizes and evaluates.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="report">File for the page of the report; <see langword="null"/> for none.</param>
    /// <returns>A line of the table.</returns>
    public string Quantize(QuantizationSettings settings, string? report)
    {
        var clock = Stopwatch.StartNew();
        CalibrationOutcome outcome = Calibrate(settings);
        double seconds = clock.Elapsed.TotalSeconds;
        if (outcome.Budget is { } chosen)
            Console.WriteLine("bits: " + string.Join(", ", chosen.Layers.Select(static l => $"{l.Name} {l.Bits}")));
        double top1 = _baseline.Top1Of(outcome, report);

        IReadOnlyList<QuantizedLayerState> layers = outcome.State.Layers;
        long weights = layers.Sum(static l => l.Levels.numel());
        long bits = layers.Sum(static l => l.Levels.numel() * l.Bits);
        long bytes = layers.Sum(static l => ((l.Levels.numel() * l.Bits) + 7) / 8);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{settings.W},{settings.A},{settings.Drop},{settings.Method},{settings.Order},{settings.Seed},")
            + string.Create(
                CultureInfo.InvariantCulture,
                $"{settings.Iterations},{_baseline.Top1:f2},{top1:f2},{seconds:f0},{settings.Budget},")
            + string.Create(
                CultureInfo.InvariantCulture, $"{(double)bits / weights:f4},{bytes},{settings.Scale},{Name(settings)}");
    }

    private CalibrationOutcome Calibrate(QuantizationSettings settings)
    {
        using ResNet20 model = _baseline.Model();
        using var progress = ProgressLines.Open();
        QuantizedModelDescriptor descriptor = ResNet20.Quantized.Descriptor;
        return ModelQuantizer.Quantize(descriptor, settings, model, _inputs, progress, _cancellation);
    }

    private static string Name(QuantizationSettings settings) => (settings.Norm ?? 2) is var power and not Norm.Auto
        ? power.ToString(CultureInfo.InvariantCulture)
        : nameof(Norm.Auto);
}
