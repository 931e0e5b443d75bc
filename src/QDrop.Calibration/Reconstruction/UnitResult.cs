namespace QDrop.Calibration.Reconstruction;

/// <summary>How the reconstruction of a unit went.</summary>
/// <param name="Name">The unit.</param>
/// <param name="Iterations">Iterations done.</param>
/// <param name="FirstLoss">Reconstruction loss, without the rounding regulariser, of the first batch.</param>
/// <param name="LastLoss">Reconstruction loss, without the rounding regulariser, of the last batch, with weights still soft.</param>
/// <param name="Duration">Time it took.</param>
internal sealed record UnitResult(string Name, int Iterations, double FirstLoss, double LastLoss, TimeSpan Duration)
{
    /// <summary>Share of the weights' exponents that had settled at a whole number when they were fixed; not a number where none are learned.</summary>
    public double SettledExponents { get; init; } = double.NaN;
}

/// <summary>Where the reconstruction of a unit stands.</summary>
/// <param name="Name">The unit.</param>
/// <param name="Iteration">Iterations done.</param>
/// <param name="Iterations">Iterations in all.</param>
/// <param name="Loss">Loss of the last batch, rounding regulariser included.</param>
/// <param name="ReconstructionLoss">The same without it.</param>
/// <param name="RoundingLoss">The rest: regularisers, and what exponents that are learned have in the loss.</param>
/// <param name="Settled">Share of the rounding variables that are settled; <see langword="null"/> where no rounding is learned.</param>
/// <param name="Elapsed">Time that the iterations have taken.</param>
internal readonly record struct UnitProgress(string Name, int Iteration, int Iterations, double Loss, double ReconstructionLoss, double RoundingLoss, double? Settled, TimeSpan Elapsed);
