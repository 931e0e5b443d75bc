using System.Globalization;
using QDrop.Calibration.Reports.Documents;
using static QDrop.Calibration.Reports.Page.HtmlText;

namespace QDrop.Calibration.Reports.Page;

// What was measured of the calibrated model, and what more bits would bring.
internal sealed partial class ReportPage
{
    private void Advice(ReportInsight insight)
    {
        if (insight.Advice.Count == 0)
        {
            Paragraph(
                "No line of code with more bits was found that brings the output nearer to the float model's by 0.05 "
                    + "dB or more.");
            return;
        }
        Paragraph(
            "Measured: weights rounded to nearest, or activations quantized, with more bits, everything else as "
                + "calibrated. Paste a line above the declaration of the member that it names, and build."
                + (insight.Advice.DistinctBy(static a => (a.Owner, a.Member)).Count() < insight.Advice.Count
                        ? " Two lines for one member go into one attribute: [Quantize(W = 8, A = 6)]."
                        : ""));
        _page.Append("<ol class=\"advice\">\n");
        foreach (BitAdvice advice in insight.Advice)
            Write(advice);
        _page.Append("</ol>\n");
    }

    private void Write(BitAdvice advice)
    {
        IReadOnlyList<string> parts = [.. advice.Layers, .. advice.Activations];
        bool weights = advice.Layers.Count > 0;
        string what = parts.Count == 1 ? parts[0] : $"{advice.Owner.Split('.')[^1]}.{advice.Member}";
        string covered = (weights ? "layer" : "activation") + (parts.Count == 1 ? "" : "s"),
            more = weights ? $", {(advice.ExtraBytes < 0 ? "" : "+")}{Bytes(advice.ExtraBytes)}" : "";
        _page.Append(
            CultureInfo.InvariantCulture,
            $"<li><strong>Raise {(weights ? "weights" : "activations")} of <code>{Escape(what)}</code> to "
                + $"{advice.Bits} bits: <span class=\"gain\">{Escape(Gain(advice.Gain))}</span></strong>");
        _page.Append(
            CultureInfo.InvariantCulture, $" <span class=\"soft\">({parts.Count} {covered}{Escape(more)})</span>\n");
        _page.Append(
            CultureInfo.InvariantCulture,
            $"<pre><code>{Escape(advice.Line)} <span class=\"soft\">// on {Escape(advice.Member)} of "
                + $"{Escape(advice.Owner)}</span></code></pre></li>\n");
    }

    private void Sensitivity(ReportInsight insight)
    {
        Paragraph(
            "SQNR of the model's output when only this layer's weights are quantized. The shorter a bar, the more the "
                + "layer costs.");
        Ratios("Ratio of the model's output when only one layer's weights are quantized", ["only this layer quantized"])
            .Write(_page, Lowest([.. insight.Layers.Select(static l => new BarRow(l.Name, l.Sensitivity))]));
    }

    private void Layers(ReportInsight insight)
    {
        Paragraph(
            "SQNR of each layer's own output, before its activation function, in the calibrated model; and the same "
                + "where the weights of its unit are rounded to nearest.");
        Ratios("Ratio of each layer's output, before and after reconstruction", BeforeAndAfter)
            .Write(_page, [.. insight.Layers.Select(static l => Compared(l.Name, l.SqnrBefore, l.SqnrAfter))]);
        Table.Write(
            _page,
            "Layers as a table",
            [
                "layer",
                "unit",
                "bits",
                "alone, at the model's end",
                "own output, nearest",
                "own output, reconstructed",
                "raised to",
                "gain",
            ],
            insight.Layers.Select(static l =>
                (string[])
                    [
                        l.Name,
                        l.Unit,
                        Number(l.Bits, "0"),
                        Decibels(l.Sensitivity),
                        Decibels(l.SqnrBefore),
                        Decibels(l.SqnrAfter),
                        Number(l.RaisedBits, "0"),
                        Gain(l.Gain),
                    ]));
    }

    private void Activations(ReportInsight insight)
    {
        Paragraph(
            "SQNR of the model's output when nothing but this quantizer quantizes. The shorter a bar, the more the "
                + "quantizer costs.");
        Ratios("Ratio of the model's output when only one activation is quantized", ["only this activation quantized"])
            .Write(_page, Lowest([.. insight.Activations.Select(static a => new BarRow(a.Name, a.Sensitivity))]));
        Table.Write(
            _page,
            "Activations as a table",
            ["activation", "bits", "clipped", "alone, at the model's end", "raised to", "gain"],
            insight.Activations.Select(static a =>
                (string[])
                    [
                        a.Name,
                        Number(a.Bits, "0"),
                        Share(a.Clipped),
                        Decibels(a.Sensitivity),
                        Number(a.RaisedBits, "0"),
                        Gain(a.Gain),
                    ]));
    }

    private void Clipping(ReportInsight insight)
    {
        Paragraph(
            "Share of the elements that lie outside their quantizer's grid, in the calibrated model. Some clipping is "
                + "right: it makes the steps finer for all others.");
        new BarChart("Share of clipped activations", ["clipped"], Share) { Tick = PercentTick }.Write(
            _page, [.. insight.Activations.Select(static a => new BarRow(a.Name, a.Clipped))]);
    }

    private void Weights(ReportInsight insight)
    {
        Paragraph(
            "How many of a layer's weights are on each level of its grid, from the lowest to the highest. A few tall "
                + "bars leave bits unused; tall bars at the ends are weights that the grid does not reach.");
        _page.Append(
            insight.Layers.Count > MaxDrawings
                ? "<div class=\"levels long\" tabindex=\"0\">\n"
                : "<div class=\"levels\">\n");
        foreach (ReportLayerInsight layer in insight.Layers)
            LevelChart.Write(_page, layer.Name, layer.Bits, layer.Histogram);
        _page.Append("</div>\n");
        Table.Write(
            _page,
            "Levels as a table",
            ["layer", "levels used", "of", "on the fullest level", "on the lowest and highest"],
            insight.Layers.Select(static l =>
                (string[])
                    [
                        l.Name,
                        Number(LevelChart.Used(l.Histogram), "0"),
                        Number(l.Histogram.Count, "0"),
                        Share(LevelChart.Fullest(l.Histogram)),
                        Share(LevelChart.AtTheEnds(l.Histogram)),
                    ]));
    }
}
