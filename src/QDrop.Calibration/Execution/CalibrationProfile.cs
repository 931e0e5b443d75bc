using System.Diagnostics;
namespace QDrop.Calibration;

/// <summary>What a calibration spends its time on.</summary>
internal enum CalibrationPhase
{
    /// <summary>The first runs of model and twin.</summary>
    Discovery,

    /// <summary>The search of weight ranges.</summary>
    WeightRanges,

    /// <summary>Running the model for activation ranges, and their search.</summary>
    ActivationRanges,

    /// <summary>Capturing the units' inputs.</summary>
    Inputs,

    /// <summary>
    /// Running units on all calibration inputs: targets, inputs of later units, errors before and after.
    /// </summary>
    Outputs,

    /// <summary>Reconstruction: choosing and mixing the batch.</summary>
    Batch,

    /// <summary>Reconstruction: the unit's forward pass.</summary>
    Forward,

    /// <summary>Reconstruction: loss and backward pass.</summary>
    Backward,

    /// <summary>Reconstruction: regulariser and optimisers.</summary>
    Step,

    /// <summary>
    /// Measuring the calibrated model: what each layer costs at the model's end, and what more bits would gain.
    /// </summary>
    Insight,

    /// <summary>
    /// Measuring what each layer costs at the model's end with each bit width, and choosing widths within a budget.
    /// </summary>
    Sensitivity,
}

/// <summary>Time spent in each phase of a calibration.</summary>
internal sealed class CalibrationProfile
{
    private readonly long[] _ticks = new long[Enum.GetValues<CalibrationPhase>().Length];

    /// <summary>Seconds spent in each phase.</summary>
    public IReadOnlyDictionary<CalibrationPhase, double> Seconds =>
        Enum.GetValues<CalibrationPhase>()
            .ToDictionary(static p => p, p => (double)_ticks[(int)p] / Stopwatch.Frequency);

    /// <summary>Counts the time until the result is disposed.</summary>
    internal Lap In(CalibrationPhase phase) => new(this, phase);

    internal readonly ref struct Lap(CalibrationProfile profile, CalibrationPhase phase)
    {
        private readonly long _start = Stopwatch.GetTimestamp();

        public void Dispose() => profile._ticks[(int)phase] += Stopwatch.GetTimestamp() - _start;
    }
}
