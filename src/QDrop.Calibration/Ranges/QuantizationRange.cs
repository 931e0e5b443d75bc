using QDrop.Quantizers;

namespace QDrop.Calibration.Ranges;

/// <summary>A range and the grid that covers it.</summary>
/// <param name="Minimum">Lower end.</param>
/// <param name="Maximum">Upper end.</param>
/// <param name="Scale">Step of the grid.</param>
/// <param name="ZeroPoint">Level that stands for 0; integral.</param>
internal readonly record struct QuantizationRange(float Minimum, float Maximum, float Scale, float ZeroPoint)
{
    /// <summary>
    /// No step is smaller: 2^-100, with which products of steps, and reciprocals, are still numbers. Values for which
    /// it would matter have no part in any sum.
    /// </summary>
    public const float SmallestScale = 7.8886090522101181e-31f;

    /// <summary>The step where all values are 0.</summary>
    private const float ScaleOfZeros = 1e-8f;

    /// <summary>Mean |error|^2.4 that the grid leaves on the values it was searched for.</summary>
    public double Error { get; init; }

    /// <summary>Whether the zero point stays where it is when the step changes.</summary>
    public bool KeepsZeroPoint { get; init; }

    /// <summary>
    /// Where the step is a power of two, the grids with its exponent and those beside it; else <see langword="null"/>.
    /// </summary>
    public ExponentTable? Exponents { get; init; }

    /// <summary>The grid of levels 0 to <paramref name="top"/> over a range, widened to contain 0.</summary>
    public static QuantizationRange Asymmetric(float minimum, float maximum, float top)
    {
        float low = Math.Min(minimum, 0);
        float scale = Step(Math.Max(maximum, 0) - low, top);
        // Adding 0 turns −0 into 0.
        return new(minimum, maximum, scale, Math.Clamp(-MathF.Round(low / scale), 0, top) + 0f);
    }

    /// <summary>The grid of levels −(top + 1) / 2 to (top − 1) / 2, with 0 at level 0, over a range.</summary>
    public static QuantizationRange Symmetric(float minimum, float maximum, float top) =>
        new(minimum, maximum, Step(Math.Max(-minimum, maximum), top / 2), 0);

    /// <summary>
    /// The level that stands for 0 where the step changes to a power of two and the lower end stays, as far as whole
    /// levels allow.
    /// </summary>
    /// <param name="exponent">The new step's exponent.</param>
    /// <param name="top">Highest level.</param>
    public float ZeroPointAt(int exponent, float top) => KeepsZeroPoint
        ? ZeroPoint
        : Math.Clamp(MathF.Round(ZeroPoint * Scale / PowerOfTwo.Step(exponent)), 0, top);

    private static float Step(float width, float levels) =>
        width > 0 ? Math.Max(width / levels, SmallestScale) : ScaleOfZeros;
}
