using System.Globalization;
namespace QDrop.Quantizers;

/// <summary>
/// Steps that are powers of two: 2^k with k from <see cref="MinExponent"/> to <see cref="MaxExponent"/>, which float32
/// holds exactly.
/// </summary>
internal static class PowerOfTwo
{
    /// <summary>The least exponent: below it float32 loses digits.</summary>
    public const int MinExponent = -126;

    /// <summary>The greatest exponent: the value of the highest level of 8 bits is still finite.</summary>
    public const int MaxExponent = 119;

    /// <summary>The step of an exponent.</summary>
    public static float Step(int exponent) => MathF.ScaleB(1, exponent);

    /// <summary>The exponent whose step is at or below <paramref name="scale"/>.</summary>
    public static int Floor(float scale) => MathF.ILogB(scale);

    /// <summary>The exponent whose step is nearest to <paramref name="scale"/>, measured in log2.</summary>
    public static int Nearest(float scale)
    {
        int floor = Floor(scale);
        double mantissa = Math.ScaleB((double)scale, -floor);
        return mantissa * mantissa < 2 ? floor : floor + 1;
    }

    /// <summary>Whether a step is one of these.</summary>
    public static bool Is(float scale) => float.IsNormal(scale) && float.IsPow2(scale);

    /// <summary>The exponents of steps; <see langword="null"/> where one is no power of two.</summary>
    public static int[]? Exponents(float[] scales) =>
        Array.TrueForAll(scales, Is) ? Array.ConvertAll(scales, Floor) : null;

    /// <summary>Refuses a grid whose step cannot be a power of two.</summary>
    /// <exception cref="QDropException">QDROP281.</exception>
    public static void Check(float scale, string name)
    {
        if (!(scale > 0) || !float.IsFinite(scale) || Floor(scale) is < MinExponent or > MaxExponent - 1)
        {
            throw new QDropException(
                Codes.NoPowerOfTwo,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The range of '{name}' has a step of {scale}, for which there is no power of two: expected one "
                        + $"from 2^{MinExponent} to 2^{MaxExponent - 1}. Check that the weights and the calibration "
                        + $"inputs have a usual size, or set Scale = Free."));
        }
    }
}
