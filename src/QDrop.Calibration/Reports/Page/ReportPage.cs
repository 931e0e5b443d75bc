using System.Globalization;
using System.Text;
using System.Text.Json;
using QDrop.Artifacts;
using QDrop.Calibration.Reports.Documents;
using static QDrop.Calibration.Reports.Page.HtmlText;

namespace QDrop.Calibration.Reports.Page;

/// <summary>
/// The report as a page to look at: one file, with all that it needs in it, that is HTML and XML at once.
/// </summary>
internal sealed partial class ReportPage
{
    /// <summary>Drawings beyond which they scroll in themselves, and rows of a chart that are marked.</summary>
    private const int MaxDrawings = 60, MaxMarked = 3;

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
        _page.Append(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n<meta name=\"viewport\" "
                + "content=\"width=device-width, initial-scale=1\"/>\n");
        _page
            .Append("<title>")
            .Append(Escape(_report.Model))
            .Append(" quantized</title>\n<style>\n")
            .Append(PageStyle.Css)
            .Append("\n</style>\n</head>\n<body>\n<main>\n");
        Figures();
        if (_report.Insight is { } insight)
            Section("What more bits would bring", () => Advice(insight));
        if (_report.Budget is { } budget)
            Section(BudgetSection.Heading, () => BudgetSection.Write(_page, budget));
        Section("Units", Units);
        if (_report.Insight is { } measured)
        {
            Section("Layers: what each costs at the model's end", () => Sensitivity(measured));
            Section("Layers: what each gives", () => Layers(measured));
            if (measured.Activations.Count > 0)
            {
                Section("Activations: what each costs at the model's end", () => Activations(measured));
                Section("Activations: what is clipped", () => Clipping(measured));
            }
            Section("Weights on their levels", () => Weights(measured));
        }
        Section("Time by phase", Time);
        if (_report.Cost.FloatLayers.Count > 0)
            Section("What stays float", Cost);
        Section("Where it comes from", Origin);
        _page.Append("</main>\n</body>\n</html>\n");
    }

    private void Figures()
    {
        _page.Append("<header>\n<h1>").Append(Escape(_report.Model)).Append("</h1>\n");
        QuantizationSettings settings = _report.Settings;
        Paragraph(
            string.Create(
                CultureInfo.InvariantCulture,
                $"Weights {Widths(settings)}, activations {settings.A} bits, first and last layer {settings.FirstLast} "
                    + $"bits; {settings.Method}, drop {settings.Drop}, {settings.Iterations:#,0} iterations for each "
                    + $"unit."));
        _page.Append("<dl class=\"figures\">\n");
        if (_report.Insight is { } insight)
            Figure("Output SQNR", Decibels(insight.OutputSqnr), $"signal to noise, {insight.Samples} inputs");
        if (_report.Units.Where(static u => u.SqnrAfter is not null).MinBy(static u => u.SqnrAfter) is { } lowest)
            Figure("Lowest unit", Decibels(lowest.SqnrAfter), Short(lowest.Name));
        Figure(
            "Size",
            Bytes(_report.Size.ArtifactBytes),
            $"{Number(_report.Size.Compression, "0.0")} times smaller than in float");
        Figure(
            "Bits for a weight",
            Number(_report.Size.BitsPerWeight, "0.00"),
            $"{Number(_report.Size.Weights, "#,0")} weights");
        Figure("Quantized", Share(_report.Cost.QuantizedShare), "of the multiply-accumulates");
        Figure(
            "Time",
            Seconds(_report.Phases.Values.Sum()),
            _report.Units.Count == 1 ? "1 unit" : $"{_report.Units.Count} units");
        _page.Append("</dl>\n</header>\n");
    }

    private void Units()
    {
        Paragraph(
            "Signal-to-quantization-noise ratio (SQNR) of each unit's output, on all calibration inputs, after the "
                + "units before it were done; and what reconstruction brought. "
                + "Longer is better; 6 dB more halve the root mean square of the error.");
        Ratios("Signal-to-quantization-noise ratio of each unit, before and after reconstruction", BeforeAndAfter)
            .Write(_page, [.. _report.Units.Select(static u => Compared(u.Name, u.SqnrBefore, u.SqnrAfter))]);
        if (_report.Units.Where(static u => u.KeptNearest).Select(static u => u.Name).ToArray() is [_, ..] kept)
            Paragraph(
                $"Rounded to nearest, because what was learned was worse: {string.Join(", ", kept)}. More iterations "
                    + "may help.");
        Table.Write(
            _page,
            "Units as a table",
            [
                "unit",
                "layers",
                "iterations",
                "SQNR, nearest",
                "SQNR, reconstructed",
                "squared error, nearest",
                "squared error, reconstructed",
                "time",
            ],
            _report.Units.Select(static u =>
                (string[])
                    [
                        u.Name,
                        Number(u.Layers.Count, "0"),
                        Number(u.Iterations, "#,0"),
                        Decibels(u.SqnrBefore),
                        Decibels(u.SqnrAfter),
                        Number(u.ErrorBefore, "0.####"),
                        Number(u.ErrorAfter, "0.####"),
                        Seconds(u.Seconds),
                    ]));
        Threads();
    }

    private void Threads()
    {
        if (_report.Training is { } training)
        {
            Paragraph(
                training.ThreadDependent.Count == 0
                    ? "A trial of the first training step gave the same with one thread and with several."
                    : "Training depends on the number of threads: in a trial of the first step, it changed these "
                        + $"otherwise with another number: {string.Join(", ", training.ThreadDependent)}.");
        }
        ReportUnit[] tried = [.. _report.Units.Where(static u => u.ThreadDependent is not null)],
            dependent = [.. tried.Where(static u => u.ThreadDependent!.Count > 0)];
        if (tried.Length == 0)
            return;
        if (dependent.Length == 0)
        {
            Paragraph(
                "A trial on a batch of each unit gave the same bits with one thread and with several: the number of "
                    + "threads does not matter here.");
            return;
        }
        Paragraph(
            $"Of {dependent.Length} of {tried.Length} units something depends on the number of threads, as a trial on "
                + "a batch of each has shown: with another number the quantized model has other bytes.");
        Table.Write(
            _page,
            "What depends on the number of threads",
            ["unit", "gradients of these, or the output"],
            dependent.Select(static u => (string[])[u.Name, string.Join(", ", u.ThreadDependent!)]));
    }

    private void Time()
    {
        double all = _report.Phases.Values.Sum(), longest = _report.Phases.Values.DefaultIfEmpty().Max();
        (double unit, string name) = longest switch
        {
            > 3 * 3600 => (3600, "h"),
            > 3 * 60 => (60, "min"),
            _ => (1.0, "s"),
        };
        new BarChart(
            "Time of each phase of the calibration",
            ["time"],
            value => value is { } known ? Seconds(known * unit) : None)
        {
            Tick = tick => $"{Number(tick, "0.##")} {name}",
        }.Write(
            _page,
            [
                .. _report.Phases.Select(p => new BarRow(PhaseNames.Of(p.Key), p.Value / unit)
                {
                    Note = all > 0 ? $"{Number(p.Value / all * 100, "0.0")} %" : null,
                }),
            ]);
    }

    private void Cost()
    {
        new BarChart(
            "Share of the multiply-accumulates of each layer that stays float", ["of all multiply-accumulates"], Share)
        {
            Tick = PercentTick,
        }.Write(_page, [.. _report.Cost.FloatLayers.Select(static l => new BarRow(l.Name, l.Share))]);
        Paragraph("Of all multiply-accumulates of layers with weights, for one input.");
    }

    private void Origin()
    {
        JsonElement settings = JsonSerializer.SerializeToElement(
            _report.Settings, ManifestJson.Default.QuantizationSettings);
        Table.Write(
            _page,
            "Every setting",
            ["setting", "value"],
            settings.EnumerateObject().Select(static s => (string[])[s.Name, Value(s.Value)]));
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

    private static string Widths(QuantizationSettings settings) =>
        settings.Budget is { } budget
            ? FormattableString.Invariant($"{settings.W} to {settings.LargestW} bits within {budget}")
            : FormattableString.Invariant($"{settings.W} bits");

    /// <summary>A setting as one would write it: <c>0.00004</c>, not <c>4E-05</c>.</summary>
    private static string Value(JsonElement setting) => setting.ValueKind switch
    {
        JsonValueKind.Number when !setting.TryGetInt64(out _) => Number(setting.GetDouble(), "0.############"),
        JsonValueKind.True or JsonValueKind.False => setting.GetRawText(),
        JsonValueKind.Null => "–",
        _ => setting.ToString(),
    };

    private void Figure(string name, string value, string note) =>
        _page
            .Append("<div><dt>")
            .Append(Escape(name))
            .Append("</dt><dd>")
            .Append(Escape(value))
            .Append("<small>")
            .Append(Escape(note))
            .Append("</small></dd></div>\n");

    /// <summary>A chart of ratios in dB.</summary>
    private static BarChart Ratios(string title, IReadOnlyList<string> series) =>
        new(title, series, Decibels)
        {
            Tick = static tick => $"{Number(tick, "0.##")} dB",
            Mark = "the three that cost most",
        };

    /// <summary>Before and after, and the difference.</summary>
    private static BarRow Compared(string name, double? before, double? after) =>
        new(name, before, after)
        {
            Note = after - before is { } difference ? Number(difference, "+0.0;-0.0;0.0") : null,
        };

    /// <summary>Rows the lowest of which stand out, where there are enough others.</summary>
    private static IReadOnlyList<BarRow> Lowest(IReadOnlyList<BarRow> rows)
    {
        HashSet<BarRow> lowest =
            rows.Count < 2 * MaxMarked
                ? []
                : [.. rows.Where(static r => r.Values[0] is not null).OrderBy(static r => r.Values[0]).Take(MaxMarked)];
        return [.. rows.Select(r => r with { Marked = lowest.Contains(r) })];
    }

    private static string PercentTick(double tick) => $"{Number(tick * 100, "0.###")} %";

    private void Section(string heading, Action write)
    {
        _page.Append("<section>\n<h2>").Append(Escape(heading)).Append("</h2>\n");
        write();
        _page.Append("</section>\n");
    }

    private void Paragraph(string text) => _page.Append("<p class=\"soft\">").Append(Escape(text)).Append("</p>\n");
}
