using System.Globalization;

namespace QDrop;

/// <summary>
/// The values that a setting may have. The generator compiles this file, too, so that it refuses what the calibration
/// would refuse, in the same words.
/// </summary>
/// <param name="Min">The smallest value.</param>
/// <param name="Max">The largest value.</param>
/// <param name="Expected">What is expected, in words.</param>
internal sealed record SettingRange(double Min, double Max, string Expected)
{
    /// <summary>Gets whether all values are above <see cref="Min"/>.</summary>
    public bool ExcludesMin { get; init; }

    /// <summary>Gets whether all values are below <see cref="Max"/>.</summary>
    public bool ExcludesMax { get; init; }

    /// <summary>Gets a value outside the range that is allowed, too; NaN for none.</summary>
    public double Also { get; init; } = double.NaN;

    /// <summary>Gets the name of <see cref="Also"/>.</summary>
    public string? AlsoName { get; init; }

    /// <summary>Gets the code of the diagnostic that refuses a value.</summary>
    public string Code { get; init; } = Codes.Setting;

    /// <summary>Gets whether the range has an upper end that a user would think of.</summary>
    public bool HasMax => Max < int.MaxValue;

    /// <summary>Tells whether a value is allowed. What is not a number is not.</summary>
    public bool Has(double value) => value == Also
        || ((ExcludesMin ? value > Min : value >= Min) && (ExcludesMax ? value < Max : value <= Max));

    /// <summary>
    /// Gets the value nearest to one that is not allowed; <see langword="null"/> where there is none.
    /// </summary>
    public double? Nearest(double value)
    {
        if (value >= Max)
            return HasMax && !ExcludesMax ? Max : null;
        return value < Min && !ExcludesMin ? Min : null;
    }

    /// <summary>Writes a value as it stands in messages.</summary>
    public string Text(double value) =>
        AlsoName is not null && value == Also ? AlsoName : value.ToString(CultureInfo.InvariantCulture);

    /// <summary>Writes the range for a table: <c>2 to 8</c>, <c>0 or more</c>, <c>above 50, at most 100</c>.</summary>
    public override string ToString()
    {
        string min = Min.ToString(CultureInfo.InvariantCulture), max = Max.ToString(CultureInfo.InvariantCulture);
        string values = (HasMax, ExcludesMin, ExcludesMax) switch
        {
            (false, true, _) => $"above {min}",
            (false, false, _) => $"{min} or more",
            (true, false, false) => $"{min} to {max}",
            (true, false, true) => $"{min} to below {max}",
            (true, true, false) => $"above {min}, at most {max}",
            (true, true, true) => $"above {min}, below {max}",
        };
        return AlsoName is null ? values : $"{values}, or `{AlsoName}`";
    }
}
