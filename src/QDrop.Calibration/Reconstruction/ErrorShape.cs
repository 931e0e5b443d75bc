using QDrop.Calibration.Memory;
using static TorchSharp.torch;

namespace QDrop.Calibration.Reconstruction;

/// <summary>
/// How the errors of a unit's output are distributed before reconstruction, as the generalized Gaussian distribution
/// with density proportional to exp(−|e / a|^p) that has the same ratio E|e|² / (E|e|)²: p is 2 for a normal
/// distribution, 1 where there are more outliers (Laplace), and grows where errors fill an interval evenly. If errors
/// are of that distribution, what makes them likeliest is the least Σ|e|^p.
/// </summary>
internal static class ErrorShape
{
    /// <summary>
    /// The powers between which p is chosen. Below 1 the loss would not be convex; above 4 a few errors would decide.
    /// </summary>
    public const double Min = 1, Max = 4;

    /// <summary>How errors are to count.</summary>
    /// <param name="norm">The power, or <see cref="Norm.Auto"/>.</param>
    /// <param name="outputs">Outputs of the quantized and of the float unit, <c>[samples, …]</c> each.</param>
    /// <param name="sizes">What errors of each are multiplied with; <see langword="null"/> for 1.</param>
    public static LossNorm Norm(
        double norm, IReadOnlyList<(Tensor Found, Tensor Expected)> outputs, IReadOnlyList<float>? sizes = null)
    {
        if (norm == 2)
            return LossNorm.Squares;
        double squares = Sum(outputs, sizes, 2);
        if (!(squares > 0) || !double.IsFinite(squares))
            return LossNorm.Squares;
        double count = outputs.Sum(static o => (double)o.Found.numel());
        double power =
            norm == QDrop.Norm.Auto ? Power(Sum(outputs, sizes, 1) / count, squares / count) : norm;
        double powers = Sum(outputs, sizes, power);
        // Powers of what is very small vanish in float32.
        return double.IsFinite(squares / powers) ? new(power, squares / powers) : LossNorm.Squares;
    }

    /// <summary>The p of errors with these moments, from <see cref="Min"/> to <see cref="Max"/>.</summary>
    /// <param name="meanMagnitude">E|e|.</param>
    /// <param name="meanSquare">E|e|².</param>
    public static double Power(double meanMagnitude, double meanSquare)
    {
        double found = Math.Log(meanSquare) - 2 * Math.Log(meanMagnitude), low = Min, high = Max;
        // The ratio falls with p.
        for (int step = 0; step < 50; step++)
        {
            double middle = (low + high) / 2;
            if (LogRatio(middle) > found)
                low = middle;
            else
                high = middle;
        }
        return (low + high) / 2;
    }

    /// <summary>ln(E|e|² / (E|e|)²) of the distribution: ln(Γ(1/p)·Γ(3/p) / Γ(2/p)²).</summary>
    private static double LogRatio(double p) => LogGamma(1 / p) + LogGamma(3 / p) - 2 * LogGamma(2 / p);

    /// <summary>
    /// ln Γ(x) for x &gt; 0: Stirling's series above 8, where its first four terms leave an error below 1e-11, and Γ(x
    /// + 1) = x·Γ(x) below.
    /// </summary>
    private static double LogGamma(double x)
    {
        double shift = 0;
        for (; x < 8; x++)
            shift += Math.Log(x);
        double inverse = 1 / x, square = inverse * inverse;
        return (x - 0.5) * Math.Log(x)
            - x
            + 0.5 * Math.Log(2 * Math.PI)
            + inverse * (1.0 / 12 - square * (1.0 / 360 - square * (1.0 / 1260 - square / 1680)))
            - shift;
    }

    private static double Sum(
        IReadOnlyList<(Tensor Found, Tensor Expected)> outputs, IReadOnlyList<float>? sizes, double power) =>
        outputs.Select((o, i) => Sums.OfErrors(o.Found, o.Expected, power, sizes?[i] ?? 1)).Sum();
}
