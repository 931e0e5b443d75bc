namespace QDrop.Calibration.Ranges;

/// <summary>
/// The ranges that a search tries, in the published order: 100 widths, each with every zero point where values of both
/// signs occur.
/// </summary>
/// <param name="extent">The least and the greatest of the values.</param>
/// <param name="sign">The same of the tensor that says whether values are of one sign.</param>
/// <param name="bits">Bit width.</param>
/// <param name="options">Which grids cover the ranges.</param>
internal sealed unsafe class RangeCandidates(
    (float Min, float Max) extent, (float Min, float Max) sign, int bits, RangeOptions options)
{
    /// <summary>Number of widths.</summary>
    public const int Widths = 100;

    private readonly bool _positive = sign.Min >= 0;
    private readonly bool _negative = sign.Min < 0 && sign.Max <= 0;

    /// <summary>What errors are measured in.</summary>
    public ValueUnit Unit { get; } = ValueUnit.Of(extent);

    /// <summary>The highest level.</summary>
    public float Top { get; } = (1 << bits) - 1;

    /// <summary>Ranges of one width: one for each zero point, or one in all.</summary>
    public int PerWidth { get; } = options.IsZeroPointKnown || sign.Min >= 0 || sign.Max <= 0 ? 1 : 1 << bits;

    /// <summary>Number of ranges.</summary>
    public int Count => Widths * PerWidth;

    /// <summary>A range by its number.</summary>
    public QuantizationRange this[int i]
    {
        get
        {
            float whole = PerWidth == 1
                ? Math.Max(Math.Abs(extent.Min), extent.Max)
                : Math.Max(extent.Max, 0) - Math.Min(extent.Min, 0);
            float width = whole / Widths * (i / PerWidth + 1);
            if (PerWidth == 1)
                return options.Cover(_positive ? 0 : -width, _negative ? 0 : width, bits);
            float low = -(i % PerWidth) * width / Top;
            return options.Cover(low, low + width, bits);
        }
    }

    /// <summary>The zero point at which the grid lies as the values do.</summary>
    public int Aligned
    {
        get
        {
            double whole = (double)Math.Max(extent.Max, 0) - Math.Min(extent.Min, 0);
            return PerWidth == 1 || whole <= 0
                ? 0
                : (int)Math.Clamp(Math.Round(-Math.Min(extent.Min, 0) / whole * Top), 0, Top);
        }
    }

    /// <summary>Step and lowest level, counted from the one that stands for 0, of a range's grid.</summary>
    public (float Scale, float Lowest) Grid(QuantizationRange range) => (range.Scale, -options.ZeroPoint(range, bits));

    /// <summary>
    /// Sum of |error|^2.4, in <see cref="Unit"/>, that a range leaves, or infinity if it exceeds the limit.
    /// </summary>
    public double Error(int i, float* values, float* counts, long count, double limit) =>
        Error(this[i], values, counts, count, limit);

    /// <inheritdoc cref="Error(int, float*, float*, long, double)"/>
    public double Error(QuantizationRange range, float* values, float* counts, long count, double limit)
    {
        (float scale, float lowest) = Grid(range);
        return QuantizationError.Sum(values, counts, count, scale, lowest, lowest + Top, Unit.Inverse, limit);
    }
}
