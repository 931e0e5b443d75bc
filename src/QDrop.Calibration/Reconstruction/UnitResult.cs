namespace QDrop.Calibration.Reconstruction;

/// <summary>How the reconstruction of a unit went.</summary>
/// <param name="Duration">Time it took.</param>
/// <param name="SettledExponents">
/// Share of the weights' exponents that had settled at a whole number when they were fixed; not a number where none are
/// learned.
/// </param>
internal sealed record UnitResult(TimeSpan Duration, double SettledExponents)
{
    /// <summary>Layers and activation quantizers whose gradients depend on the number of threads.</summary>
    public IReadOnlyList<string> ThreadDependent { get; init; } = [];
}
