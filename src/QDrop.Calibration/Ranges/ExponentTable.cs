using QDrop.Quantizers;

namespace QDrop.Calibration.Ranges;

/// <summary>The grids among which an exponent is learned.</summary>
/// <param name="Scale">The searched step, any number.</param>
/// <param name="First">The least exponent.</param>
/// <param name="ZeroPoints">
/// The level that stands for 0 with each exponent, from the least on: that with the least error.
/// </param>
/// <param name="Errors">
/// The error of rounding to nearest with each exponent, in the measure of the search; not numbers where values were not
/// at hand.
/// </param>
internal sealed record ExponentTable(float Scale, int First, float[] ZeroPoints, double[] Errors)
{
    /// <summary>The greatest exponent.</summary>
    public int Last => First + ZeroPoints.Length - 1;

    /// <summary>The exponent of the step at or below the searched one.</summary>
    public int Floor => PowerOfTwo.Floor(Scale);

    /// <summary>The level that stands for 0 with an exponent.</summary>
    public float ZeroPoint(int exponent) => ZeroPoints[Math.Clamp(exponent, First, Last) - First];

    /// <summary>The error of rounding to nearest with an exponent, in the measure of the search.</summary>
    public double Error(int exponent) => Errors[Math.Clamp(exponent, First, Last) - First];
}
