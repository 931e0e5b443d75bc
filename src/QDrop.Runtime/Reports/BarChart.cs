using System.Globalization;
using System.Text;
using static QDrop.Reports.HtmlText;

namespace QDrop.Reports;

/// <summary>A row of a chart: one bar for each series.</summary>
/// <param name="Label">What the row is of.</param>
/// <param name="Values">A value for each series; <see langword="null"/> where there is none.</param>
internal sealed record BarRow(string Label, params double?[] Values);

/// <summary>Horizontal bars, as SVG in the page.</summary>
/// <param name="id">Unique in the page; names the elements that describe the chart.</param>
/// <param name="title">What the chart shows.</param>
/// <param name="series">Names of the series, one or two.</param>
/// <param name="format">Writes a value.</param>
internal sealed class BarChart(string id, string title, IReadOnlyList<string> series, Func<double?, string> format)
{
    /// <summary>Units of the drawing: what the labels, the bars and the values beside them take.</summary>
    private const double LabelWidth = 190, PlotWidth = 440, ValueWidth = 90, Margin = 8;

    private const double RowGap = 8, AxisHeight = 22;

    /// <summary>Characters that a label has room for.</summary>
    private const int LabelCharacters = 27;

    /// <summary>Writes a number on the axis.</summary>
    public Func<double, string> Tick { get; init; } = tick => format(tick);

    private double BarHeight => series.Count > 1 ? 9 : 13;

    private double RowHeight => (series.Count * BarHeight) + RowGap;

    /// <summary>Draws it.</summary>
    /// <param name="page">Where it goes.</param>
    /// <param name="rows">The rows, from top to bottom.</param>
    public void Write(StringBuilder page, IReadOnlyList<BarRow> rows)
    {
        double[] values = [.. rows.SelectMany(static r => r.Values).OfType<double>().Where(double.IsFinite), 0];
        var axis = Axis.Of(values.Min(), values.Max());
        double width = LabelWidth + PlotWidth + ValueWidth + (2 * Margin), height = AxisHeight + (rows.Count * RowHeight) + Margin;
        page.Append(CultureInfo.InvariantCulture, $"<div class=\"scroll\"><svg viewBox=\"0 0 {width} {height}\" role=\"img\" aria-labelledby=\"{id}-title {id}-text\">\n");
        page.Append(CultureInfo.InvariantCulture, $"<title id=\"{id}-title\">{Escape(title)}</title>\n<desc id=\"{id}-text\">{Escape(Describe(rows))}</desc>\n");
        foreach (double tick in axis.Ticks)
        {
            double x = X(axis, tick);
            page.Append(CultureInfo.InvariantCulture, $"<line class=\"{(tick == 0 ? "zero" : "grid")}\" x1=\"{x:0.##}\" y1=\"{AxisHeight}\" x2=\"{x:0.##}\" y2=\"{height - Margin:0.##}\"/>");
            page.Append(CultureInfo.InvariantCulture, $"<text class=\"tick\" x=\"{x:0.##}\" y=\"{AxisHeight - 7}\" text-anchor=\"middle\">{Escape(Tick(tick))}</text>\n");
        }
        for (int i = 0; i < rows.Count; i++)
            Write(page, axis, rows[i], AxisHeight + (i * RowHeight));
        page.Append("</svg></div>\n");
        if (series.Count > 1)
            page.Append("<p class=\"legend\">").AppendJoin(' ', series.Select(static (name, i) => $"<span class=\"key s{i}\"></span>{Escape(name)}")).Append("</p>\n");
    }

    private void Write(StringBuilder page, Axis axis, BarRow row, double top)
    {
        double middle = top + (RowHeight / 2);
        page.Append(CultureInfo.InvariantCulture, $"<g><title>{Escape(row.Label)}: {Escape(Say(row))}</title>");
        page.Append(CultureInfo.InvariantCulture, $"<text class=\"label\" x=\"{Margin + LabelWidth - 8}\" y=\"{middle:0.##}\" text-anchor=\"end\" dominant-baseline=\"central\">{Escape(Short(row.Label))}</text>");
        double end = X(axis, 0);
        for (int i = 0; i < row.Values.Length; i++)
        {
            if (row.Values[i] is not { } value || !double.IsFinite(value))
                continue;
            (double from, double to) = (Math.Min(X(axis, 0), X(axis, value)), Math.Max(X(axis, 0), X(axis, value)));
            end = Math.Max(end, to);
            page.Append(CultureInfo.InvariantCulture, $"<rect class=\"{Class(i)}\" x=\"{from:0.##}\" y=\"{top + (RowGap / 2) + (i * BarHeight):0.##}\" width=\"{to - from:0.##}\" height=\"{BarHeight - 1}\" rx=\"2\"/>");
        }
        page.Append(CultureInfo.InvariantCulture, $"<text class=\"value\" x=\"{end + 6:0.##}\" y=\"{middle:0.##}\" dominant-baseline=\"central\">{Escape(format(row.Values[^1]))}</text></g>\n");
    }

    /// <summary>One series alone looks like what counts, not like what was before.</summary>
    private string Class(int index) => series.Count == 1 ? "s1" : $"s{index}";

    private static double X(Axis axis, double value) => Margin + LabelWidth + ((value - axis.Low) / (axis.High - axis.Low) * PlotWidth);

    private string Say(BarRow row) => series.Count == 1 ? format(row.Values[0]) : string.Join(", ", row.Values.Select((v, i) => $"{series[i]} {format(v)}"));

    private string Describe(IReadOnlyList<BarRow> rows) => $"A bar for each of {rows.Count} rows. " + string.Join("; ", rows.Select(r => $"{r.Label}: {Say(r)}")) + ".";

    /// <summary>A label that fits: its end, which tells parts of a model apart, stays.</summary>
    private static string Short(string label) => label.Length <= LabelCharacters ? label : "…" + label[^(LabelCharacters - 1)..];
}
