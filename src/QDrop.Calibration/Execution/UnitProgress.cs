namespace QDrop.Calibration.Execution;

/// <summary>Where the reconstruction of a unit stands.</summary>
/// <param name="Name">The unit.</param>
/// <param name="Iteration">Iterations done.</param>
/// <param name="Iterations">Iterations in all.</param>
/// <param name="Loss">Loss of the last batch, rounding regulariser included.</param>
/// <param name="ReconstructionLoss">The same without it.</param>
/// <param name="RoundingLoss">The rest: regularisers, and what exponents that are learned have in the loss.</param>
/// <param name="Settled">
/// Share of the rounding variables that are settled; <see langword="null"/> where no rounding is learned.
/// </param>
/// <param name="Elapsed">Time that the iterations have taken.</param>
internal readonly record struct UnitProgress(
    string Name,
    int Iteration,
    int Iterations,
    double Loss,
    double ReconstructionLoss,
    double RoundingLoss,
    double? Settled,
    TimeSpan Elapsed);
