using System.Collections.Generic;

namespace QDrop.Generators.Gathering;

/// <summary>The values that a setting which is a number may have; <c>QuantizationSettings.Validated</c> allows the same.</summary>
/// <param name="Least">The least value, or what all are above.</param>
/// <param name="Most">The greatest value.</param>
/// <param name="Expected">What is expected, in words.</param>
/// <param name="IsOpen">Whether all values are above <paramref name="Least"/>.</param>
internal sealed record SettingRange(double Least, double Most, string Expected, bool IsOpen = false)
{
    private static readonly SettingRange AtLeastOne = new(1, int.MaxValue, "at least 1");
    private static readonly SettingRange NotNegative = new(0, double.MaxValue, "0 or more");
    private static readonly SettingRange Positive = new(0, double.MaxValue, "above 0", IsOpen: true);

    private static readonly Dictionary<string, SettingRange> Ranges = new()
    {
        ["Iterations"] = AtLeastOne,
        ["Samples"] = AtLeastOne,
        ["RangeSamples"] = AtLeastOne,
        ["BatchSize"] = AtLeastOne,
        ["Lambda"] = NotNegative,
        ["WarmUp"] = new(0, 1, "a share from 0 to 1"),
        ["BetaStart"] = Positive,
        ["BetaEnd"] = Positive,
        ["LearningRate"] = Positive,
        ["ActivationLearningRate"] = NotNegative,
        ["Epochs"] = AtLeastOne,
        ["BitPenalty"] = NotNegative,
        ["Norm"] = new(1, 4, "a power from 1 to 4, or Norm.Auto") { Also = 0 },
        ["Percentile"] = new(50, 100, "a share in percent above 50 and at most 100, such as 99.9", IsOpen: true),
    };

    /// <summary>A value beyond the range that is allowed, too.</summary>
    public double? Also { get; init; }

    /// <summary>The range of a setting; <see langword="null"/> if it has none.</summary>
    public static SettingRange? Of(string setting) => Ranges.TryGetValue(setting, out var range) ? range : null;

    /// <summary>Whether a value is allowed; what is not a number is not.</summary>
    public bool Has(double value) => value == Also || ((IsOpen ? value > Least : value >= Least) && value <= Most);

    /// <summary>The value nearest to one that is not allowed; <see langword="null"/> where there is none.</summary>
    public double? Nearest(double value)
    {
        if (value > Most)
            return Most < int.MaxValue ? Most : null;
        return !IsOpen && value < Least ? Least : null;
    }
}
