using QDrop.Calibration.Execution;
using QDrop.Calibration.Inputs;
using QDrop.Calibration.Learning;
using QDrop.CompilerServices;

namespace QDrop.Calibration.Reconstruction;

/// <summary>
/// Reconstructs one unit after the other, and says how near to the float unit it is before and after.
/// </summary>
/// <param name="calibration">What the phases of the calibration share.</param>
/// <param name="units">Runs units on all inputs.</param>
/// <param name="fisher">Weighs the errors of a unit's outputs; <see langword="null"/> where all weigh the same.</param>
internal sealed class UnitReconstruction(CalibrationContext calibration, UnitRunner units, FisherWeights? fisher)
{
    private readonly QuantizationContext _context = calibration.Quantization;
    private readonly QuantizationSettings _settings = calibration.Settings;
    private readonly RangeObservation _ranges = new(calibration);

    /// <summary>
    /// One unit. What it gives depends on what goes into it and on its number alone, so that it is the same in a
    /// calibration that was resumed.
    /// </summary>
    /// <param name="unit">The unit.</param>
    /// <param name="number">Its number, from 0.</param>
    /// <param name="quantizedInput">What goes into it in the quantized network.</param>
    /// <param name="floatInput">What goes into it in the float network.</param>
    /// <param name="floatOutput">What comes out of the float unit.</param>
    /// <returns>What comes out of the quantized unit, and what was done.</returns>
    public (Samples Output, UnitReport Report) Run(
        Unit unit, int number, Samples quantizedInput, Samples floatInput, Samples floatOutput)
    {
        // A run up front has searched them with those of all units.
        if (_settings.Order == CalibrationOrder.UnitByUnit)
            _ranges.OfUnit(unit, quantizedInput);
        // The unit before has left the heap in pieces that do not fit this one.
        NativeHeap.Release();
        Samples output = units.Compute(unit, quantizedInput);
        var errors = new OutputErrors(
            unit, quantizedInput, floatOutput, calibration.Profile, calibration.Cancellation);
        double before = errors.Of(output);
        var report = new UnitReport(unit.Name, unit.IsBlock, [.. unit.Layers.Select(l => l.Name)], 0, before, before, 0)
        {
            SignalPower = errors.Power,
            ThreadDependent =
                ThreadCheck.OutputDiffers(unit, quantizedInput, calibration.Plan.Samples) ? [ThreadCheck.Output] : [],
        };
        if (!Learns(unit, _context, _settings) || errors.AreBelowSteps)
            return (output, report);
        using Samples? weights = Weights(unit, output);
        LossNorm norm = errors.Norm(_settings.NormOrDefault, output);
        double start = errors.Loss(output, norm, weights);
        var divergence = new DivergenceGuard(start, errors.LossPower);
        using var nearest = new RoundedToNearest(unit);
        output.Dispose();
        NativeHeap.Release();
        var reconstructor = new UnitLearner(
            _settings with
            {
                Method = _context.MethodOf(unit.Name),
            },
            new SeededDraws(_settings.Seed, number))
        {
            Profile = calibration.Profile,
            Guard = divergence,
            OutputWeights = weights,
            Memory = calibration.Memory,
            Error = start,
            Sizes = errors.Factors,
            Norm = norm,
        };
        UnitResult result = reconstructor.Reconstruct(
            new ReconstructedUnit(unit),
            quantizedInput,
            floatInput,
            floatOutput,
            calibration.Progress.Of(number + 1),
            calibration.Cancellation);
        calibration.SetQuantized(true);
        output = units.Compute(unit, quantizedInput);
        // An error that is not a number is not less, either.
        bool isWorse = !(errors.Loss(output, norm, weights) <= start);
        if (isWorse)
        {
            nearest.Restore();
            output.Dispose();
            output = units.Compute(unit, quantizedInput);
        }
        return (
            output,
            report with
            {
                Iterations = _settings.Iterations,
                ErrorAfter = isWorse ? before : errors.Of(output),
                KeptNearest = isWorse,
                LearningSeconds = result.Duration.TotalSeconds,
                SettledExponents = result.SettledExponents,
                Norm = norm.Power,
                ThreadDependent = [.. report.ThreadDependent!, .. result.ThreadDependent],
            });
    }

    /// <summary>
    /// Whether there is something to learn. Where layers are shared, the first unit that runs them learns their
    /// rounding, later ones only their scales.
    /// </summary>
    public static bool Learns(Unit unit, QuantizationContext context, QuantizationSettings settings)
    {
        MethodTraitsAttribute method = context.MethodOf(unit.Name).Traits;
        if (method.LearnsActivations && settings.LearnsActivations && unit.Activations.Any(static a => !a.IsShared))
            return true;
        return method.LearnsRounding && unit.Learning.Any();
    }

    private Samples? Weights(Unit unit, Samples output)
    {
        using CalibrationProfile.Lap lap = calibration.Profile.In(CalibrationPhase.Outputs);
        Samples? weights = fisher?.Of(unit, output);
        calibration.SetQuantized(true);
        return weights;
    }
}
