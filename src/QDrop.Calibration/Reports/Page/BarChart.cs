using System.Globalization;
using System.Text;
using static QDrop.Calibration.Reports.Page.HtmlText;

namespace QDrop.Calibration.Reports.Page;

/// <summary>A row of a chart: one bar for each series.</summary>
/// <param name="Label">What the row is of.</param>
/// <param name="Values">A value for each series; <see langword="null"/> where there is none.</param>
internal sealed record BarRow(string Label, params double?[] Values)
{
    /// <summary>Whether the row stands out from the others.</summary>
    public bool Marked { get; init; }

    /// <summary>What is said beside the value, less loud; <see langword="null"/> for nothing.</summary>
    public string? Note { get; init; }
}

/// <summary>
/// Horizontal bars: a grid of names, bars as SVG, and values, in which lengths are shares of the room there is, so that
/// it has one size of text at any width. Where the page is narrow, a name and its value stand above their bars.
/// </summary>
/// <remarks>
/// Of our own: chart libraries draw pictures of one size and colour, or need scripts; every program would ship them.
/// </remarks>
/// <param name="title">What the chart shows.</param>
/// <param name="series">Names of the series, one or two.</param>
/// <param name="format">Writes a value.</param>
internal sealed class BarChart(string title, IReadOnlyList<string> series, Func<double?, string> format)
{
    /// <summary>Rows beyond which a chart scrolls in itself.</summary>
    private const int MaxRows = 40;

    /// <summary>Pixels.</summary>
    private const double Gap = 8;

    /// <summary>Writes a number on the axis.</summary>
    public Func<double, string> Tick { get; init; } = tick => format(tick);

    /// <summary>What is said of marked rows.</summary>
    public string? Mark { get; init; }

    private double BarHeight => series.Count > 1 ? 8 : 12;

    private double RowHeight => (series.Count * BarHeight) + Gap;

    /// <summary>Draws it.</summary>
    /// <param name="page">Where it goes.</param>
    /// <param name="rows">The rows, from top to bottom.</param>
    public void Write(StringBuilder page, IReadOnlyList<BarRow> rows)
    {
        double[] values = [.. rows.SelectMany(static r => r.Values).OfType<double>().Where(double.IsFinite), 0];
        var axis = Axis.Of(values.Min(), values.Max());
        Legend(page, rows);
        page.Append(rows.Count > MaxRows ? "<div class=\"long\" tabindex=\"0\">" : "")
            .Append(
                CultureInfo.InvariantCulture, $"<div class=\"chart\" role=\"group\" aria-label=\"{Escape(title)}\">\n");
        page.Append("<svg class=\"lines\" aria-hidden=\"true\">");
        foreach (double tick in axis.Ticks)
            page.Append(
                CultureInfo.InvariantCulture,
                $"<line class=\"{(tick == 0 ? "zero" : "grid")}\" x1=\"{Share(axis, tick)}%\" "
                    + $"x2=\"{Share(axis, tick)}%\" y1=\"24\" y2=\"100%\"/>");
        page.Append(
            "</svg>\n<span class=\"name head\"></span><span class=\"value head\"></span><svg class=\"axis head\" "
                + "height=\"24\" aria-hidden=\"true\">");
        for (int i = 0; i < axis.Ticks.Count; i++)
        {
            string anchor = i == 0 ? "start" : i == axis.Ticks.Count - 1 ? "end" : "middle";
            page.Append(
                CultureInfo.InvariantCulture,
                $"<text x=\"{Share(axis, axis.Ticks[i])}%\" y=\"16\" "
                    + $"text-anchor=\"{anchor}\">{Escape(Tick(axis.Ticks[i]))}</text>");
        }
        page.Append("</svg>\n");
        foreach (BarRow row in rows)
            Write(page, axis, row);
        page.Append(rows.Count > MaxRows ? "</div></div>\n" : "</div>\n");
    }

    private void Legend(StringBuilder page, IReadOnlyList<BarRow> rows)
    {
        List<(int Class, string Name)> keys = series.Count > 1 ? [.. series.Select(static (name, i) => (i, name))] : [];
        if (Mark is not null && rows.Any(static r => r.Marked))
            keys.Add((2, Mark));
        if (keys.Count > 0)
            page.Append("<p class=\"legend\">")
                .AppendJoin(
                    ' ',
                    keys.Select(static k => $"<span><span class=\"key s{k.Class}\"></span>{Escape(k.Name)}</span>"))
                .Append("</p>\n");
    }

    private void Write(StringBuilder page, Axis axis, BarRow row)
    {
        page.Append(
            CultureInfo.InvariantCulture,
            $"<div class=\"row\" title=\"{Escape(row.Label)}: {Escape(Say(row))}\"><span "
                + $"class=\"name\">{Escape(Short(row.Label))}</span>");
        string note = row.Note is null ? "" : $"<small>{Escape(row.Note)}</small> ";
        page.Append($"<span class=\"value\">{note}{Escape(format(row.Values[^1]))}</span>");
        page.Append(CultureInfo.InvariantCulture, $"<svg class=\"bar\" height=\"{RowHeight}\" aria-hidden=\"true\">");
        for (int i = 0; i < row.Values.Length; i++)
        {
            if (row.Values[i] is not { } value || !double.IsFinite(value))
                continue;
            double from = Position(axis, Math.Min(value, 0)), to = Position(axis, Math.Max(value, 0));
            page.Append(
                CultureInfo.InvariantCulture,
                $"<rect class=\"{Class(row, i)}\" x=\"{from:0.##}%\" y=\"{(Gap / 2) + (i * BarHeight):0.##}\" "
                    + $"width=\"{to - from:0.##}%\" height=\"{BarHeight - 1}\" rx=\"2\"/>");
        }
        page.Append("</svg></div>\n");
    }

    /// <summary>One series alone looks like what counts, not like what was before.</summary>
    private string Class(BarRow row, int index) => index < series.Count - 1 ? $"s{index}" : row.Marked ? "s2" : "s1";

    /// <summary>Where a value is, in per cent of the room there is.</summary>
    private static double Position(Axis axis, double value) => (value - axis.Low) / (axis.High - axis.Low) * 100;

    private static string Share(Axis axis, double value) =>
        Position(axis, value).ToString("0.##", CultureInfo.InvariantCulture);

    private string Say(BarRow row) =>
        series.Count == 1
            ? format(row.Values[0])
            : string.Join(", ", row.Values.Select((v, i) => $"{series[i]} {format(v)}"));
}
