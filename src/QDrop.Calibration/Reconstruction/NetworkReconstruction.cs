using System.Diagnostics;
using QDrop.Calibration.Checkpoints;
using QDrop.Calibration.Execution;
using QDrop.Calibration.Inputs;
using QDrop.CompilerServices;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Calibration.Reconstruction;

/// <summary>
/// Goes through the units in order: captures what goes into each of them, has it reconstructed, and keeps what comes
/// out for those after it.
/// </summary>
/// <param name="calibration">What the phases of the calibration share.</param>
/// <param name="model">The units.</param>
/// <param name="checkpoint">Where finished units are kept; <see langword="null"/> for nowhere.</param>
internal sealed class NetworkReconstruction(
    CalibrationContext calibration, DiscoveredModel model, CalibrationCheckpoint? checkpoint)
{
    /// <summary>Does it. What a checkpoint has is not done again.</summary>
    /// <returns>What was done for each unit.</returns>
    public IReadOnlyList<UnitReport> Run()
    {
        CalibrationContext c = calibration;
        var finished = new FinishedUnits(
            checkpoint,
            () =>
                CheckpointOrigin.Of(c.Descriptor, c.Settings, c.WeightsHash, c.CalibrationHash, c.Quantization.Layers),
            model.Units);
        finished.Restore();
        // Where something was freed that a few samples need, everything is kept.
        if (!Run(finished, keepsAll: false))
            Run(finished, keepsAll: true);
        c.Quantization.Enable(weights: true, activations: true);
        return finished.Reports;
    }

    /// <summary>Goes through the units; those that are finished are computed, and not reconstructed again.</summary>
    /// <returns>Whether each unit was given what goes into it where the model runs as it is.</returns>
    private bool Run(FinishedUnits finished, bool keepsAll)
    {
        CalibrationContext c = calibration;
        using var floats = new ReplayExecutor(model.Layouts, c.Batches.Inputs, c.Memory);
        using var quantized = new ReplayExecutor(model.Layouts, c.Batches.Inputs, c.Memory);
        using FisherWeights? fisher =
            c.Settings.Loss == LossKind.Fisher
                ? new(
                    c.Runner,
                    c.Quantization,
                    c.Batches,
                    model.Layouts,
                    quantized,
                    c.Cancellation,
                    c.Memory,
                    c.Plan.WithGradients)
                : null;
        var runner = new UnitRunner(c.Batches, model.Layouts, c.Profile, c.Cancellation, c.Memory);
        var reconstruction = new UnitReconstruction(c, runner, fisher);
        IReadOnlyList<Unit> units = model.Units;
        bool hasFreed = false;
        int restored = finished.Reports.Count;
        for (int k = restored == units.Count ? restored : 0; k < units.Count; k++)
        {
            using DisposeScope scope = NewDisposeScope();
            var clock = Stopwatch.StartNew();
            Unit unit = units[k];
            c.Progress.Begin(unit.Name, k + 1);
            c.SetQuantized(false);
            using Samples floatInput = Capture(floats, unit);
            if (hasFreed && !model.Sums.AreSame(unit, floatInput, c.Plan.Samples))
                return false;
            Samples floatOutput = runner.Compute(unit, floatInput);
            c.SetQuantized(true);
            using Samples quantizedInput = Capture(quantized, unit);
            Samples output;
            if (k < restored)
            {
                output = runner.Compute(unit, quantizedInput);
            }
            else
            {
                (output, UnitReport report) = reconstruction.Run(unit, k, quantizedInput, floatInput, floatOutput);
                finished.Add(report with { Seconds = clock.Elapsed.TotalSeconds });
                c.Progress.End(k + 1);
            }
            if (k == units.Count - 1)
                break;
            quantized.Keep(unit, output.DetachFromDisposeScope());
            floats.Keep(unit, floatOutput.DetachFromDisposeScope());
            foreach (Unit done in keepsAll ? [] : model.NotNeededAfter(k + 1, resultIsNeeded: fisher is not null))
            {
                hasFreed = true;
                quantized.Forget(done);
                floats.Forget(done);
            }
        }
        return true;
    }

    private Samples Capture(ReplayExecutor executor, Unit unit)
    {
        using CalibrationProfile.Lap lap = calibration.Profile.In(CalibrationPhase.Inputs);
        using IDisposable guard = no_grad();
        return calibration.Runner.With(
            executor,
            () =>
                executor.Capture(
                    inputs => calibration.Runner.Run(inputs), calibration.Batches.All, unit, calibration.Cancellation));
    }
}
