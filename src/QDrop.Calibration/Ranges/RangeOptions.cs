namespace QDrop.Calibration.Ranges;

/// <summary>How ranges are chosen, and which grids cover them.</summary>
/// <param name="Observer">How a range is chosen.</param>
/// <param name="Symmetric">Whether 0 stays in the middle of the grid.</param>
/// <param name="Percentile">Share in percent of the values below the upper end, where ranges are chosen by it.</param>
/// <param name="Scale">Which steps the grids may have.</param>
/// <param name="BySign">
/// Whether the grid begins at 0 where no value is negative, and has 0 in the middle elsewhere.
/// </param>
internal sealed record RangeOptions(
    RangeObserver Observer = default,
    bool Symmetric = false,
    double Percentile = 99.99,
    Scale Scale = Scale.Free,
    bool BySign = false)
{
    /// <summary>Those of weights.</summary>
    public static RangeOptions OfWeights(QuantizationSettings settings) =>
        new(settings.WeightObserver, settings.SymmetricWeights, settings.Percentile, settings.Scale);

    /// <summary>Those of activations.</summary>
    public static RangeOptions OfActivations(QuantizationSettings settings) =>
        new(
            settings.ActivationObserver,
            settings.SymmetricActivations,
            settings.Percentile,
            settings.Scale,
            settings.GridsFollowSigns);

    /// <summary>Whether a range is the mean of those of batches.</summary>
    public bool IsAverage => Observer.Traits.IsAverage;

    /// <summary>Whether only the step of a grid is searched, since its zero point is known.</summary>
    public bool IsZeroPointKnown => Symmetric || BySign;

    /// <summary>The grid of so many bits over a range.</summary>
    public QuantizationRange Cover(float minimum, float maximum, int bits)
    {
        float top = (1 << bits) - 1;
        if (BySign && minimum < 0)
        {
            return QuantizationRange.Symmetric(minimum, maximum, top) with
            {
                ZeroPoint = 1 << (bits - 1),
                KeepsZeroPoint = true,
            };
        }
        return Symmetric
            ? QuantizationRange.Symmetric(minimum, maximum, top)
            : QuantizationRange.Asymmetric(minimum, maximum, top);
    }

    /// <summary>
    /// The level that stands for 0 where levels count from 0. A range's own counts from the middle if the grid is
    /// symmetric.
    /// </summary>
    public float ZeroPoint(QuantizationRange range, int bits) => Symmetric ? 1 << (bits - 1) : range.ZeroPoint;

    /// <summary>The highest level, counted from the one that stands for 0 if the grid is symmetric.</summary>
    public float Highest(int bits) => Symmetric ? (1 << (bits - 1)) - 1 : (1 << bits) - 1;

    /// <summary>The range whose ends are the means of the ends of others.</summary>
    public QuantizationRange Mean(IReadOnlyCollection<QuantizationRange> ranges, int bits) =>
        Cover(
            (float)ranges.Average(static r => (double)r.Minimum),
            (float)ranges.Average(static r => (double)r.Maximum),
            bits) with
        {
            Error = ranges.Average(static r => r.Error),
        };
}
