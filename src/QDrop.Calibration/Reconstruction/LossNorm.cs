namespace QDrop.Calibration.Reconstruction;

/// <summary>How errors of a unit's output count in its loss: <c>factor · |error|^power</c>.</summary>
/// <param name="Power">The power p, 1 to 4.</param>
/// <param name="Factor">
/// What makes the loss as large as with squared errors, for errors as they are before reconstruction. So the
/// regularisers' weights, learning rates and what counts as divergence mean the same whatever the power.
/// </param>
internal readonly record struct LossNorm(double Power, double Factor)
{
    /// <summary>Squared errors.</summary>
    public static readonly LossNorm Squares = new(2, 1);
}
