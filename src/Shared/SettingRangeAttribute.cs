using System.Globalization;

namespace QDrop;

/// <summary>
/// The values that a setting of <c>[Quantize]</c> may have. The generator compiles this file, too, so that it refuses
/// what the calibration would refuse, in the same words.
/// </summary>
/// <param name="min">The smallest value.</param>
/// <param name="max">The largest value.</param>
/// <param name="expected">What is expected, as messages say it after "expected".</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class SettingRangeAttribute(double min, double max, string expected) : Attribute
{
    /// <summary>Gets the smallest value.</summary>
    public double Min { get; } = min;

    /// <summary>Gets the largest value.</summary>
    public double Max { get; } = max;

    /// <summary>Gets what is expected, in words.</summary>
    public string Expected { get; } = expected;

    /// <summary>Gets or sets whether all values are above <see cref="Min"/>.</summary>
    public bool ExcludesMin { get; set; }

    /// <summary>Gets or sets whether all values are below <see cref="Max"/>.</summary>
    public bool ExcludesMax { get; set; }

    /// <summary>Gets or sets a value outside the range that is allowed, too; NaN for none.</summary>
    public double Also { get; set; } = double.NaN;

    /// <summary>Gets or sets the name of <see cref="Also"/>.</summary>
    public string? AlsoName { get; set; }

    /// <summary>Gets or sets the code of the diagnostic that refuses a value.</summary>
    public string Code { get; set; } = Codes.Setting;

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
