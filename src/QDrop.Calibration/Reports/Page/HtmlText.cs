using System.Globalization;
using System.Text;

namespace QDrop.Calibration.Reports.Page;

/// <summary>Text as it stands in a page that is HTML and XML at once.</summary>
/// <remarks>Of our own: .NET's encoders for HTML let through, or write as numbers, what XML cannot have.</remarks>
internal static class HtmlText
{
    /// <summary>What stands for a value that there is not.</summary>
    public const string None = "–";

    /// <summary>Characters of a name beside a drawing: two lines.</summary>
    private const int MaxCharacters = 48;

    /// <summary>
    /// Text with the characters that mean something replaced; those that XML cannot have at all become a question mark.
    /// </summary>
    public static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            _ = rune.Value switch
            {
                '&' => escaped.Append("&amp;"),
                '<' => escaped.Append("&lt;"),
                '>' => escaped.Append("&gt;"),
                '"' => escaped.Append("&quot;"),
                (< 0x20 and not '\t' and not '\n') or 0xFFFE or 0xFFFF => escaped.Append('?'),
                _ => escaped.Append(rune),
            };
        }
        return escaped.ToString();
    }

    /// <summary>A name that fits beside a drawing: its end, which tells the parts of a model apart, stays.</summary>
    public static string Short(string name) => name.Length <= MaxCharacters ? name : "…" + name[^(MaxCharacters - 1)..];

    /// <summary>A number with a true minus sign.</summary>
    /// <param name="value">The number.</param>
    /// <param name="format">How it is written, in the invariant culture.</param>
    public static string Number(double? value, string format) =>
        value is { } number && double.IsFinite(number)
            ? number.ToString(format, CultureInfo.InvariantCulture).Replace('-', '−')
            : None;

    /// <summary>A ratio: <c>12.3 dB</c>.</summary>
    public static string Decibels(double? value) => WithUnit(Number(value, "0.0"), " dB");

    /// <summary>A difference of ratios, its sign always there: <c>+0.8 dB</c>.</summary>
    public static string Gain(double? value) => WithUnit(Number(value, "+0.0;-0.0;0.0"), " dB");

    /// <summary>
    /// A share, from 0 to 1, in per cent: two decimals below 1 % and just below 100 %, which it is not.
    /// </summary>
    public static string Share(double? value) =>
        WithUnit(
            Number(
                value * 100,
                value * 100 is 0 or 100 ? "0"
                    : value * 100 is < 1 or > 99.5 ? "0.00"
                    : "0.0"),
            " %");

    /// <summary>A time: <c>1 h 5 min</c>, <c>2 min 5 s</c>, <c>3.2 s</c>, <c>0.25 s</c>.</summary>
    public static string Seconds(double value) => value switch
    {
        >= 3600 => $"{(long)value / 3600} h {(long)value / 60 % 60} min",
        >= 60 => $"{(long)value / 60} min {Number(Math.Floor(value % 60), "0")} s",
        >= 1 or <= 0 => $"{Number(value, "0.0")} s",
        _ => $"{Number(value, "0.00")} s",
    };

    /// <summary>A size: <c>270 KiB</c>.</summary>
    public static string Bytes(long value) => value switch
    {
        >= 10 << 20 => $"{Number(value / 1048576.0, "0.0")} MiB",
        >= 10 << 10 => $"{Number(value / 1024.0, "0")} KiB",
        _ => $"{Number(value, "0")} bytes",
    };

    private static string WithUnit(string number, string unit) => number == None ? None : number + unit;
}
