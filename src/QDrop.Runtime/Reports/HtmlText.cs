using System.Globalization;
using System.Text;

namespace QDrop.Reports;

/// <summary>Text as it stands in a page that is HTML and XML at once.</summary>
internal static class HtmlText
{
    /// <summary>What stands for a value that there is not.</summary>
    public const string None = "–";

    /// <summary>Text with the characters that mean something replaced; those that XML cannot have at all become a question mark.</summary>
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

    /// <summary>A number with a true minus sign.</summary>
    /// <param name="value">The number.</param>
    /// <param name="format">How it is written, in the invariant culture.</param>
    public static string Number(double? value, string format) =>
        value is { } number && double.IsFinite(number) ? number.ToString(format, CultureInfo.InvariantCulture).Replace('-', '−') : None;

    /// <summary>A ratio: <c>12.3 dB</c>.</summary>
    public static string Decibels(double? value) => WithUnit(Number(value, "0.0"), " dB");

    /// <summary>A share, from 0 to 1, in per cent.</summary>
    public static string Share(double? value) => WithUnit(Number(value * 100, "0.##"), " %");

    /// <summary>A time: <c>2 min 5 s</c>, <c>3.2 s</c>.</summary>
    public static string Seconds(double value) => value >= 60
        ? $"{(long)value / 60} min {Number(Math.Floor(value % 60), "0")} s"
        : $"{Number(value, "0.0##")} s";

    /// <summary>A size: <c>270 KiB</c>.</summary>
    public static string Bytes(long value) => value switch
    {
        >= 10 << 20 => $"{Number(value / 1048576.0, "0.0")} MiB",
        >= 10 << 10 => $"{Number(value / 1024.0, "0")} KiB",
        _ => $"{Number(value, "0")} bytes",
    };

    private static string WithUnit(string number, string unit) => number == None ? None : number + unit;
}
