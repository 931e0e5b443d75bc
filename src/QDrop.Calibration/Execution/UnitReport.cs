using QDrop.Calibration.Execution;

namespace QDrop.Calibration;

/// <summary>What was done for one unit.</summary>
/// <param name="Name">The unit.</param>
/// <param name="IsBlock">Whether it is a block or a single layer.</param>
/// <param name="Layers">Its layers.</param>
/// <param name="Iterations">Iterations of reconstruction; 0 where nothing was to be learned.</param>
/// <param name="ErrorBefore">Mean squared error of the unit's output, summed over channels, rounded to nearest.</param>
/// <param name="ErrorAfter">The same after reconstruction.</param>
/// <param name="Seconds">Time taken.</param>
public sealed record UnitReport(
    string Name,
    bool IsBlock,
    IReadOnlyList<string> Layers,
    int Iterations,
    double ErrorBefore,
    double ErrorAfter,
    double Seconds)
{
    /// <summary>
    /// Mean square of the float unit's output, summed over channels: what the errors are measured against.
    /// </summary>
    public double SignalPower { get; init; } = double.NaN;

    /// <summary>
    /// Signal-to-quantization-noise ratio of the unit's output in dB, rounded to nearest; not finite without an error
    /// or a signal.
    /// </summary>
    public double SqnrBefore => Sqnr.Decibels(SignalPower, ErrorBefore);

    /// <summary>The same after reconstruction.</summary>
    public double SqnrAfter => Sqnr.Decibels(SignalPower, ErrorAfter);

    /// <summary>
    /// Share, 0 to 1, of the exponents of the weights' steps that had settled at a whole number before they were fixed
    /// (<see cref="Scale.PowerOfTwo"/>); not a number where none were learned.
    /// </summary>
    public double SettledExponents { get; init; } = double.NaN;

    /// <summary>
    /// Whether the unit is as it was before reconstruction, because what was learned had a larger loss on the
    /// calibration inputs: its weights are rounded to nearest, and the ranges of its activations are the searched ones.
    /// </summary>
    public bool KeptNearest { get; init; }

    /// <summary>The power of errors in the loss of reconstruction, 1 to 4; not a number where there was none.</summary>
    public double Norm { get; init; } = double.NaN;

    /// <summary>
    /// What depends on the number of threads, as a trial on one batch has shown: <c>output</c> for what comes out of
    /// the unit, and the layers and activation quantizers whose gradients do; <see langword="null"/> where nothing was
    /// tried.
    /// </summary>
    public IReadOnlyList<string>? ThreadDependent { get; init; }

    /// <summary>Time that the iterations of reconstruction took, in seconds.</summary>
    public double LearningSeconds { get; init; }
}
