namespace QDrop.Calibration.Ranges;

/// <summary>
/// What values are measured in where powers of them are summed: a power of two near the greatest magnitude, so that
/// nothing overflows or vanishes, and what is found does not depend on the size of the values. Multiplying by a power
/// of two rounds nothing.
/// </summary>
/// <param name="Exponent">The unit's exponent.</param>
internal readonly record struct ValueUnit(int Exponent)
{
    /// <summary>The power by which errors count in range searches.</summary>
    private const double ErrorPower = 2.4;

    /// <summary>Beyond it, the unit or its reciprocal is no normal number.</summary>
    private const int Farthest = 126;

    /// <summary>The unit of values of usual size: 1.</summary>
    public static readonly ValueUnit One = new(0);

    /// <summary>What values are multiplied with to be in the unit.</summary>
    public float Inverse => MathF.ScaleB(1, -Exponent);

    /// <summary>What a sum of squares in the unit is multiplied with to be one of the values.</summary>
    public double Square => Math.ScaleB(1, 2 * Exponent);

    /// <summary>What |error|^2.4 in the unit is multiplied with to be that of the values.</summary>
    public double Error => Math.Pow(2, ErrorPower * Exponent);

    /// <summary>The unit of values between two ends.</summary>
    public static ValueUnit Of((float Min, float Max) extent) => Of(Math.Max(-extent.Min, extent.Max));

    /// <summary>
    /// The unit of values of at most some magnitude, which becomes 1 to 2 in it; 1 if they are all 0.
    /// </summary>
    public static ValueUnit Of(double magnitude) =>
        magnitude > 0 && double.IsFinite(magnitude)
            ? new(Math.Clamp(Math.ILogB(magnitude), -Farthest, Farthest))
            : One;
}
