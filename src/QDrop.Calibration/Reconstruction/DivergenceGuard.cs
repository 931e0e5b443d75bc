namespace QDrop.Calibration.Reconstruction;

/// <summary>
/// Watches a unit's reconstruction loss, the rounding regulariser apart, and says when it has grown to ten times what
/// it started from: learning then makes the unit worse than rounding to nearest would, and does not come back.
/// </summary>
/// <remarks>
/// The start is the greatest of the first batch's loss, the unit's error when rounded to nearest, and a thousandth of
/// the mean square of the float unit's output. The first alone will not do: learned rounding starts at the float
/// weights, so that without quantized activations it is almost 0. What is compared is a moving mean, so that single bad
/// batches do not count.
/// </remarks>
/// <param name="nearest">Error of the unit's outputs when rounded to nearest, in the measure of the loss.</param>
/// <param name="power">Mean square of the float unit's outputs, in the same measure.</param>
internal sealed class DivergenceGuard(double nearest, double power)
{
    /// <summary>How many times its start a loss may be.</summary>
    public const double Growth = 10;

    private const double ShareOfPower = 1e-3;

    /// <summary>Weight of the newest loss in the moving mean.</summary>
    private const double Newest = 1.0 / 16;

    private double? _mean;

    /// <summary>What the loss started from.</summary>
    public double Start { get; private set; }

    /// <summary>Whether learning diverges, as the next batch's loss shows.</summary>
    public bool Diverges(double loss)
    {
        if (_mean is null)
            Start = Math.Max(loss, Math.Max(nearest, ShareOfPower * power));
        _mean = _mean is { } mean ? mean + Newest * (loss - mean) : loss;
        return _mean > Growth * Start;
    }
}
