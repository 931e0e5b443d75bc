namespace QDrop.Calibration.Training;

/// <summary>
/// The hard concrete distribution (arXiv 1712.01312, section 2.2): a random number from 0 to 1, both ends included,
/// with a parameter log φ that gradients flow to. Stretch −0.1 to 1.1 and temperature 2/3 as there.
/// </summary>
internal static class HardConcrete
{
    private const double Low = -0.1, High = 1.1, Temperature = 2.0 / 3;

    /// <summary>log φ for which a level is kept almost surely at first (P(Z ≠ 0) = 0.973).</summary>
    public const double Start = 2;

    /// <summary>
    /// The number that a uniform one, between 0 and 1 exclusive, becomes; and its derivative with respect to log φ.
    /// </summary>
    public static (double Value, double Slope) Sample(double logPhi, double uniform)
    {
        double sigmoid = Logistic((Math.Log(uniform) - Math.Log(1 - uniform) + logPhi) / Temperature);
        double stretched = sigmoid * (High - Low) + Low;
        return stretched is > 0 and < 1
            ? (stretched, sigmoid * (1 - sigmoid) / Temperature * (High - Low))
            : (Math.Clamp(stretched, 0, 1), 0);
    }

    /// <summary>P(Z ≠ 0), and its derivative with respect to log φ.</summary>
    public static (double Value, double Slope) Active(double logPhi)
    {
        double probability = Logistic(logPhi - Temperature * Math.Log(-Low / High));
        return (probability, probability * (1 - probability));
    }

    /// <summary>
    /// What the gate is without chance: the stretched mean. A level whose gate is 0 does not survive.
    /// </summary>
    public static double Deterministic(double logPhi) => Math.Clamp(Logistic(logPhi) * (High - Low) + Low, 0, 1);

    private static double Logistic(double x) => 1 / (1 + Math.Exp(-x));
}
