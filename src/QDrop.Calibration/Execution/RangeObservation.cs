using QDrop.Calibration.Inputs;
using QDrop.Calibration.Learning;
using QDrop.Calibration.Ranges;
using QDrop.CompilerServices;
using QDrop.Layers;
using QDrop.Quantizers;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Calibration.Execution;

/// <summary>Finds the ranges of weights, and those of activations from what the quantizers see.</summary>
/// <param name="calibration">What the phases of the calibration share.</param>
internal sealed class RangeObservation(CalibrationContext calibration)
{
    private readonly QuantizationContext _context = calibration.Quantization;
    private readonly QuantizationSettings _settings = calibration.Settings;

    /// <summary>The ranges of every layer's weights.</summary>
    public void OfWeights()
    {
        using CalibrationProfile.Lap lap = calibration.Profile.In(CalibrationPhase.WeightRanges);
        using IDisposable guard = no_grad();
        foreach (QuantizedLayer layer in _context.Layers)
        {
            calibration.Cancellation.ThrowIfCancellationRequested();
            layer.Weight.Calibration.SearchRange(calibration.Cancellation);
        }
    }

    /// <summary>The ranges of all activations, with float weights.</summary>
    public void OfActivations() => OfActivations(_context.Activations);

    /// <summary>The ranges of some activations, with float weights.</summary>
    public void OfActivations(IReadOnlyList<ActivationQuantizer> activations)
    {
        using CalibrationProfile.Lap lap = calibration.Profile.In(CalibrationPhase.ActivationRanges);
        using IDisposable guard = no_grad();
        CalibrationBatches batches = calibration.Batches;
        TwinRunner runner = calibration.Runner;
        _context.Enable(weights: false, activations: false);
        Observe(
            activations,
            batches.Inputs[0].shape[0],
            (start, count) =>
                runner.With(
                    new ObservingExecutor(_context, calibration.Cancellation),
                    () => runner.Run(batches.Part(start, count))));
    }

    /// <summary>
    /// The ranges of a unit's activations, with float weights; those that other units have, too, keep theirs. The
    /// network is quantized afterwards.
    /// </summary>
    /// <param name="unit">The unit.</param>
    /// <param name="input">What goes into it.</param>
    public void OfUnit(Unit unit, Samples input)
    {
        using CalibrationProfile.Lap lap = calibration.Profile.In(CalibrationPhase.ActivationRanges);
        using IDisposable guard = no_grad();
        using DisposeScope scope = NewDisposeScope();
        _context.Enable(weights: false, activations: false);
        Observe(
            [.. unit.Activations.Where(static a => !a.IsShared)],
            input.Count,
            (start, count) => unit.Compute(input.Slice(start, count)));
        calibration.SetQuantized(true);
    }

    /// <summary>
    /// Lets quantizers observe: all inputs at once, or in batches where ranges are means of those of batches.
    /// </summary>
    private void Observe(IReadOnlyList<ActivationQuantizer> activations, long samples, Func<long, long, Bundle> run)
    {
        Observe(activations, samples, run, together: false);
        // In a loop of the model's code one quantizer sees several values: its range is searched on all of them.
        ActivationQuantizer[] repeated = [.. activations.Where(static a => a.Calibration.IsRepeated)];
        if (repeated.Length > 0)
            Observe(repeated, samples, run, together: true);
    }

    private void Observe(
        IReadOnlyList<ActivationQuantizer> activations, long samples, Func<long, long, Bundle> run, bool together)
    {
        ActivationCalibration[] observers = [.. activations.Select(static a => a.Calibration)];
        foreach (ActivationCalibration observer in observers)
        {
            (observer.Observing, observer.Together, observer.Cancellation) = (true, together, calibration.Cancellation);
        }
        long all = Math.Min(_settings.RangeSamples, samples),
            size = RangeOptions.OfActivations(_settings).IsAverage ? _settings.BatchSize : all;
        for (long start = 0; start < all; start += size)
        {
            calibration.Cancellation.ThrowIfCancellationRequested();
            foreach (ActivationCalibration observer in observers)
                observer.BeginRun();
            using (NewDisposeScope())
                run(start, Math.Min(size, all - start));
            foreach (ActivationCalibration observer in observers)
                observer.EndRun();
        }
        foreach (ActivationCalibration observer in observers)
            (observer.Observing, observer.Together) = (false, false);
    }
}
