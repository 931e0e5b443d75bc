using System.Globalization;

namespace QDrop;

/// <summary>
/// How a budget is written: a number with a decimal point and a unit, such as <c>3.0 bits</c>. The generator compiles
/// this file, too, so that what it refuses is what the calibration would refuse.
/// </summary>
internal static class BudgetText
{
    /// <summary>What budgets are measured in.</summary>
    public const string Bits = "bits", BitsPerMac = "bits/MAC", Bytes = "bytes", MacBits = "MAC-bits";

    private const decimal Max = 1e18m;

    /// <summary>Units as they are written, what they measure, and how many of it they are.</summary>
    private static readonly (string Name, string Measure, decimal Factor)[] Units =
    [
        (Bits, Bits, 1), (BitsPerMac, BitsPerMac, 1),
        (Bytes, Bytes, 1), ("KiB", Bytes, 1L << 10), ("MiB", Bytes, 1L << 20),
        (MacBits, MacBits, 1), ("kMAC-bits", MacBits, 1e3m), ("MMAC-bits", MacBits, 1e6m), ("GMAC-bits", MacBits, 1e9m),
    ];

    /// <summary>Reads a budget.</summary>
    /// <param name="text">The text.</param>
    /// <param name="amount">The amount, in the unit that it is measured in.</param>
    /// <param name="measure">What it is measured in.</param>
    /// <returns>What is wrong and what was expected, in words; <see langword="null"/> if nothing is.</returns>
    public static string? Read(string text, out decimal amount, out string measure)
    {
        (amount, measure) = (0, "");
        string trimmed = text.Trim();
        int length = 0;
        while (length < trimmed.Length && (trimmed[length] is >= '0' and <= '9' or '.' or ',' or '-' or '+'))
            length++;
        string number = trimmed.Substring(0, length), unit = trimmed.Substring(length).Trim();
        if (!decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal value))
        {
            return number.Length == 0
                ? "it does not begin with a number; " + Expected
                : $"'{number}' is no number with a decimal point; " + Expected;
        }
        if (unit.Length == 0)
            return "it has no unit; " + Expected;
        foreach ((string? name, string? of, decimal factor) in Units)
        {
            if (!name.Equals(unit, StringComparison.OrdinalIgnoreCase))
                continue;
            if (value > Max / factor)
                return "it is larger than any model needs";
            (amount, measure) = (value * factor, of);
            return Wrong(amount, measure);
        }
        return $"'{unit}' is no unit; " + Expected;
    }

    /// <summary>What is wrong with an amount; <see langword="null"/> if nothing is.</summary>
    public static string? Wrong(decimal amount, string measure)
    {
        if (measure is Bits or BitsPerMac && amount is < 2 or > 8)
            return "weights have 2 to 8 bits, and so has their average";
        return amount > 0 ? null : "expected more than 0";
    }

    private static string Expected =>
        "expected a number and one of the units "
        + string.Join(", ", Array.ConvertAll(Units, static u => u.Name)) + ", "
        + "such as \"3.0 bits\"";
}
