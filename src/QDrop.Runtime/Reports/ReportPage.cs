using System.Globalization;
using System.Text;
using System.Text.Json;
using QDrop.Artifacts;
using QDrop.Insight;
using static QDrop.Reports.HtmlText;

namespace QDrop.Reports;

/// <summary>The report as a page to look at: one file, with all that it needs in it, that is HTML and XML at once.</summary>
internal sealed class ReportPage
{
    private static readonly string[] BeforeAndAfter = ["rounded to nearest", "after reconstruction"];

    private readonly ReportDocument _report;
    private readonly StringBuilder _page = new();

    private ReportPage(ReportDocument report) => _report = report;

    /// <summary>The page of a report.</summary>
    public static string Of(ReportDocument report)
    {
        var page = new ReportPage(report);
        page.Write();
        return page._page.ToString().ReplaceLineEndings("\n");
    }

    private void Write()
    {
        _page.Append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n");
        _page.Append("<title>").Append(Escape(_report.Model)).Append(" quantized</title>\n<style>\n").Append(PageStyle.Css).Append("\n</style>\n</head>\n<body>\n<main>\n");
        Figures();
        if (_report.Insight is { } insight)
            Advice(insight);
        Units();
        if (_report.Insight is { } measured)
        {
            Layers(measured);
            Activations(measured);
            Weights(measured);
        }
        Time();
        Cost();
        Origin();
        _page.Append("</main>\n</body>\n</html>\n");
    }

    private void Figures()
    {
        _page.Append("<header>\n<h1>").Append(Escape(_report.Model)).Append("</h1>\n");
        var settings = _report.Settings;
        Paragraph(FormattableString.Invariant($"Weights {settings.W} bits, activations {settings.A} bits, first and last layer {settings.FirstLast} bits; {settings.Method}, drop {settings.Drop}, {settings.Iterations} iterations for each unit."));
        _page.Append("<dl class=\"figures\">\n");
        if (_report.Insight is { } insight)
            Figure("Output, signal to noise", Decibels(insight.OutputSqnr), $"against the float model, {insight.Samples} inputs");
        Figure("Size", Bytes(_report.Size.ArtifactBytes), $"{Number(_report.Size.Compression, "0.0")} times smaller");
        Figure("Bits for a weight", Number(_report.Size.BitsPerWeight, "0.00"), $"{Number(_report.Size.Weights, "#,0")} weights");
        Figure("Quantized", Share(_report.Cost.QuantizedShare), "of the multiply-accumulates");
        Figure("Time", Seconds(_report.Phases.Values.Sum()), $"{_report.Units.Count} units");
        _page.Append("</dl>\n</header>\n");
    }

    private void Advice(ReportInsight insight)
    {
        Heading("What more bits would bring");
        if (insight.Advice.Count == 0)
        {
            Paragraph("No line of code with more bits for weights was found that brings the output nearer to the float model's by 0.05 dB or more.");
            return;
        }
        Paragraph("Measured: the layers rounded to nearest with more bits, everything else as calibrated. Paste a line above the declaration of the member that it names, and build.");
        _page.Append("<ol class=\"advice\">\n");
        foreach (BitAdvice advice in insight.Advice)
        {
            string what = advice.Layers.Count == 1 ? advice.Layers[0] : $"{advice.Owner.Split('.')[^1]}.{advice.Member}";
            _page.Append(CultureInfo.InvariantCulture, $"<li><strong>Raise <code>{Escape(what)}</code> to {advice.Bits} bits: +{Escape(Decibels(advice.Gain))}</strong>");
            _page.Append(CultureInfo.InvariantCulture, $" <span class=\"soft\">({(advice.Layers.Count == 1 ? "1 layer" : $"{advice.Layers.Count} layers")}, {(advice.ExtraBytes < 0 ? "" : "+")}{Escape(Bytes(advice.ExtraBytes))})</span>\n");
            _page.Append(CultureInfo.InvariantCulture, $"<pre><code>{Escape(advice.Line)} // on {Escape(advice.Member)} of {Escape(advice.Owner)}</code></pre></li>\n");
        }
        _page.Append("</ol>\n");
    }

    private void Units()
    {
        Heading("Units");
        Paragraph("Signal-to-quantization-noise ratio of each unit's output, on all calibration inputs, after the units before it were done. Longer is better; 6 dB more halve the error.");
        Ratios("units", "Signal-to-quantization-noise ratio of each unit, before and after reconstruction", BeforeAndAfter)
            .Write(_page, [.. _report.Units.Select(static u => new BarRow(u.Name, u.SqnrBefore, u.SqnrAfter))]);
        Table.Write(_page, "Units as a table", ["unit", "layers", "iterations", "nearest", "reconstructed", "error, nearest", "error, reconstructed", "time"],
            _report.Units.Select(static u => (string[])[u.Name, Number(u.Layers.Count, "0"), Number(u.Iterations, "0"), Decibels(u.SqnrBefore), Decibels(u.SqnrAfter),
                Number(u.ErrorBefore, "0.####"), Number(u.ErrorAfter, "0.####"), Seconds(u.Seconds)]));
    }

    private void Layers(ReportInsight insight)
    {
        Heading("Layers: what each costs at the model's end");
        Paragraph("Signal-to-quantization-noise ratio of the model's output when only this layer's weights are quantized. The shortest bars are the layers that cost most.");
        Ratios("sensitivity", "Ratio of the model's output when only one layer's weights are quantized", ["only this layer quantized"])
            .Write(_page, [.. insight.Layers.Select(static l => new BarRow(l.Name, l.Sensitivity))]);
        Heading("Layers: what each gives");
        Paragraph("Ratio of each layer's own output, before its activation function, in the calibrated model; and the same where the weights of its unit are rounded to nearest.");
        Ratios("layers", "Ratio of each layer's output, before and after reconstruction", BeforeAndAfter)
            .Write(_page, [.. insight.Layers.Select(static l => new BarRow(l.Name, l.SqnrBefore, l.SqnrAfter))]);
        Table.Write(_page, "Layers as a table", ["layer", "unit", "bits", "alone, at the model's end", "own output, nearest", "own output, reconstructed", "raised to", "gain"],
            insight.Layers.Select(static l => (string[])[l.Name, l.Unit, Number(l.Bits, "0"), Decibels(l.Sensitivity), Decibels(l.SqnrBefore), Decibels(l.SqnrAfter), Number(l.RaisedBits, "0"), Decibels(l.Gain)]));
    }

    private void Activations(ReportInsight insight)
    {
        if (insight.Activations.Count == 0)
            return;
        Heading("Activations: what is clipped");
        Paragraph("Share of the elements that lie outside their quantizer's grid, in the calibrated model. Some clipping is right: it makes the steps finer for all others.");
        new BarChart("clipped", "Share of clipped activations", ["clipped"], Share).Write(_page, [.. insight.Activations.Select(static a => new BarRow(a.Name, a.Clipped))]);
        Heading("Activations: what each costs at the model's end");
        Paragraph("Ratio of the model's output when nothing but this quantizer quantizes.");
        Ratios("activations", "Ratio of the model's output when only one activation is quantized", ["only this activation quantized"])
            .Write(_page, [.. insight.Activations.Select(static a => new BarRow(a.Name, a.Sensitivity))]);
        Table.Write(_page, "Activations as a table", ["activation", "bits", "clipped", "alone, at the model's end"],
            insight.Activations.Select(static a => (string[])[a.Name, Number(a.Bits, "0"), Share(a.Clipped), Decibels(a.Sensitivity)]));
    }

    private void Weights(ReportInsight insight)
    {
        Heading("Weights on their levels");
        Paragraph("How many of a layer's weights are on each level of its grid, the lowest on the left. A few tall bars leave bits unused.");
        _page.Append("<div class=\"levels\">\n");
        foreach (ReportLayerInsight layer in insight.Layers)
            LevelChart.Write(_page, layer.Name, layer.Bits, layer.Histogram);
        _page.Append("</div>\n");
        Table.Write(_page, "Levels as a table", ["layer", "levels used", "of", "on the fullest level", "on the lowest and highest"],
            insight.Layers.Select(static l => (string[])[l.Name, Number(LevelChart.Used(l.Histogram), "0"), Number(l.Histogram.Count, "0"), Share(LevelChart.Fullest(l.Histogram)), Share(LevelChart.AtTheEnds(l.Histogram))]));
    }

    private void Time()
    {
        Heading("Time by phase");
        new BarChart("time", "Time of each phase of the calibration", ["seconds"], static s => s is { } known ? Seconds(known) : None)
            .Write(_page, [.. _report.Phases.Select(static p => new BarRow(Words(p.Key), p.Value))]);
        Table.Write(_page, "Time as a table", ["phase", "time"], _report.Phases.Select(static p => (string[])[Words(p.Key), Seconds(p.Value)]));
    }

    private void Cost()
    {
        if (_report.Cost.FloatLayers.Count == 0)
            return;
        Heading("What stays float");
        new BarChart("float", "Share of the multiply-accumulates of each layer that stays float", ["of all multiply-accumulates"], Share)
            .Write(_page, [.. _report.Cost.FloatLayers.Select(static l => new BarRow(l.Name, l.Share))]);
        Table.Write(_page, "Float layers as a table", ["layer", "of all multiply-accumulates"], _report.Cost.FloatLayers.Select(static l => (string[])[l.Name, Share(l.Share)]));
    }

    private void Origin()
    {
        Heading("Where it comes from");
        JsonElement settings = JsonSerializer.SerializeToElement(_report.Settings, ManifestJson.Default.QuantizationSettings);
        Table.Write(_page, "Every setting", ["setting", "value"], settings.EnumerateObject().Select(static s => (string[])[s.Name, s.Value.ToString()]));
        Table.Write(_page, "Files, hashes and versions", ["what", "value"],
        [
            ["artifact", _report.Artifact],
            ["model's code", _report.Fingerprint],
            ["weights", _report.WeightsHash],
            ["calibration inputs", _report.CalibrationHash],
            ["QDrop", _report.Versions.QDrop],
            ["TorchSharp", _report.Versions.TorchSharp],
            ["libtorch", _report.Versions.Libtorch],
            [".NET", _report.Versions.Runtime],
        ]);
    }

    private void Figure(string name, string value, string note) =>
        _page.Append("<div><dt>").Append(Escape(name)).Append("</dt><dd>").Append(Escape(value)).Append("<small>").Append(Escape(note)).Append("</small></dd></div>\n");

    /// <summary>A chart of ratios in dB.</summary>
    private static BarChart Ratios(string id, string title, IReadOnlyList<string> series) => new(id, title, series, Decibels) { Tick = static tick => $"{Number(tick, "0.##")} dB" };

    private void Heading(string text) => _page.Append("<h2>").Append(Escape(text)).Append("</h2>\n");

    private void Paragraph(string text) => _page.Append("<p class=\"soft\">").Append(Escape(text)).Append("</p>\n");

    /// <summary>The name of a phase in words: <c>weightRanges</c> is "weight ranges".</summary>
    private static string Words(string name) => string.Concat(name.Select(static c => char.IsUpper(c) ? $" {char.ToLowerInvariant(c)}" : c.ToString()));
}
