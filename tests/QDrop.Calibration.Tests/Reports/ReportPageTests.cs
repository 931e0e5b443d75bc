using System.Globalization;
using System.Xml.Linq;
using QDrop.Calibration;
using QDrop.Calibration.Reports.Documents;
using QDrop.Calibration.Reports.Page;
using VerifyXunit;
using Xunit;

namespace QDrop.Tests.Reports;

/// <summary>The page that a report is looked at on.</summary>
public sealed class ReportPageTests
{
    private static ReportDocument Report => SampleReports.Usual;

    private static XElement Page => XDocument.Parse(ReportPage.Of(Report)).Root!;

    [Fact]
    public Task The_page_is_what_a_person_has_looked_at() => Verifier.Verify(ReportPage.Of(Report), "html");

    [Fact]
    public void The_same_report_is_the_same_page() => Assert.Equal(ReportPage.Of(Report), ReportPage.Of(Report));

    [Fact]
    public void Nothing_is_loaded_from_elsewhere_and_nothing_runs()
    {
        string text = ReportPage.Of(Report);
        Assert.DoesNotContain("://", text, StringComparison.Ordinal);
        Assert.DoesNotContain("url(", text, StringComparison.Ordinal);
        Assert.DoesNotContain("@import", text, StringComparison.Ordinal);
        Assert.DoesNotContain(
            Page.Descendants(),
            static e => e.Name.LocalName is "script" or "link" or "img" or "iframe" or "object" or "use");
        Assert.DoesNotContain(
            Page.Descendants().Attributes(),
            static a =>
                a.Name.LocalName is "src" or "href" || a.Name.LocalName.StartsWith("on", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_drawing_says_what_it_is_and_each_of_its_rows_what_it_shows()
    {
        List<XElement> charts =
        [
            .. Page.Descendants("div").Where(static d => (string?)d.Attribute("class") == "chart"),
        ];
        Assert.Equal(7, charts.Count);
        foreach (XElement chart in charts)
        {
            Assert.Equal("group", (string?)chart.Attribute("role"));
            Assert.NotEqual("", (string)chart.Attribute("aria-label")!);
            // What a drawing shows is beside it as text.
            Assert.All(chart.Descendants("svg"), static d => Assert.Equal("true", (string?)d.Attribute("aria-hidden")));
            Assert.All(
                Rows(chart),
                static r =>
                    Assert.StartsWith(
                        $"{r.Elements().First().Value}: ", (string)r.Attribute("title")!, StringComparison.Ordinal));
        }
        List<XElement> levels = [.. Page.Descendants("figure").Select(static f => f.Element("svg")!)];
        Assert.Equal(3, levels.Count);
        Assert.All(
            levels,
            static l => Assert.Contains("levels used", (string)l.Attribute("aria-label")!, StringComparison.Ordinal));
    }

    [Fact]
    public void Bars_lie_within_their_drawing()
    {
        foreach (XElement bar in Page.Descendants("rect"))
        {
            Assert.InRange(Percent(bar, "x"), 0, 100);
            Assert.InRange(Percent(bar, "x") + Percent(bar, "width"), 0, 100.01);
            Assert.InRange(
                Parse(bar.Attribute("y")!.Value) + Parse(bar.Attribute("height")!.Value),
                0,
                Parse(bar.Parent!.Attribute("height")!.Value));
        }
    }

    [Fact]
    public void Bars_are_as_long_as_their_values()
    {
        double[] widths =
        [
            .. Chart("Ratio of the model's output when only one layer's weights are quantized")
                .Descendants("rect")
                .Select(static r => Percent(r, "width")),
        ];
        Assert.Equal(2, widths.Length);
        Assert.Equal(38.5 / 12.125, widths[0] / widths[1], 2);
    }

    [Fact]
    public void What_is_not_known_is_a_dash_and_no_bar()
    {
        XElement row = Page.Descendants("tr").Single(static r => r.Elements().First().Value == "layer2.0.add");
        Assert.Equal(["layer2.0.add", "4", "–", "–", "–", "–"], row.Elements().Select(static c => c.Value));
        row = Rows(Chart("Share of clipped activations")).Last();
        Assert.Equal(("layer2.0.add", "–"), (row.Elements().First().Value, row.Elements().ElementAt(1).Value));
        Assert.Empty(row.Descendants("rect"));
        Assert.DoesNotContain("NaN", ReportPage.Of(Report), StringComparison.Ordinal);
    }

    [Fact]
    public void Advice_is_a_line_to_paste_and_says_where()
    {
        XElement advice = Page.Descendants("ol").Single();
        Assert.Equal(
            [
                "Raise weights of Net.layer2 to 4 bits: +2.3 dB",
                "Raise activations of stem.output to 6 bits: +1.1 dB",
                "Raise weights of layer2.0.conv1 to 4 bits: +0.8 dB",
            ],
            advice.Descendants("strong").Select(static s => s.Value));
        Assert.Equal(
            [
                "[Quantize(W = 4)] // on layer2 of Some.Namespace.Net",
                "[Quantize(A = 6)] // on stem of Some.Namespace.Net",
                "[Quantize(W = 4, Method = Method.Nearest)] // on conv1 of Some.Namespace.Block",
            ],
            advice.Descendants("pre").Select(static p => p.Value));
    }

    [Fact]
    public void The_three_lowest_of_many_stand_out_and_none_of_few()
    {
        Assert.DoesNotContain(Page.Descendants("rect"), static r => (string?)r.Attribute("class") == "s2");
        XElement page = XDocument.Parse(ReportPage.Of(SampleReports.Large)).Root!;
        XElement chart = page.Descendants("div")
            .Single(static d =>
                (string?)d.Attribute("aria-label")
                == "Ratio of the model's output when only one layer's weights are quantized");
        double[] known =
        [
            .. SampleReports.Large.Insight!.Layers.Select(static l => l.Sensitivity).OfType<double>().Order(),
        ];
        Assert.Equal(
            known.Take(3).Select(static v => HtmlText.Decibels(v)).Order(),
            Rows(chart)
                .Where(static r => r.Descendants("rect").Any(static b => (string?)b.Attribute("class") == "s2"))
                .Select(static r => r.Elements().ElementAt(1).Value)
                .Order());
    }

    [Fact]
    public void The_page_names_the_value_of_every_setting()
    {
        XElement table = Page.Descendants("details").Single(static d => d.Element("summary")!.Value == "Every setting");
        Assert.Equal(
            System.Text.Json.JsonSerializer.SerializeToElement(Report.Settings).EnumerateObject().Count(),
            table.Descendants("tbody").Single().Elements().Count());
        Assert.Contains(
            table.Descendants("tr"),
            static r => r.Elements().First().Value == "iterations" && r.Elements().Last().Value == "2000");
    }

    [Fact]
    public void The_page_names_the_units_that_learning_made_worse()
    {
        const string Said = "Rounded to nearest, because what was learned was worse: ";
        Assert.DoesNotContain(Said, ReportPage.Of(Report), StringComparison.Ordinal);
        string page = ReportPage.Of(
            Report with
            {
                Units = [.. Report.Units.Select(static (u, i) => u with { KeptNearest = i < 2 })],
            });
        Assert.Contains(Said + "stem, layer2.0.", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_measurements_the_page_has_what_there_is()
    {
        XElement page = XDocument.Parse(ReportPage.Of(Report with { Insight = null })).Root!;
        Assert.Equal(
            ["Units", "Time by phase", "What stays float", "Where it comes from"],
            page.Descendants("h2").Select(static h => h.Value));
        page = XDocument
            .Parse(
                ReportPage.Of(
                    Report with
                    {
                        Insight = Report.Insight! with { Advice = [] },
                        Cost = new ModelCost(1, []),
                        Units = [],
                    }))
            .Root!;
        Assert.Empty(page.Descendants("ol"));
    }

    [Theory]
    [InlineData(0, 0, "0 0.2 0.4 0.6 0.8 1")]
    [InlineData(0, 41.2, "0 10 20 30 40 50")]
    [InlineData(-2.5, 9.5, "-5 0 5 10")]
    [InlineData(-2.5, 41.2, "-20 0 20 40 60")]
    [InlineData(-7, 0, "-8 -6 -4 -2 0")]
    [InlineData(0, 0.0123, "0 0.005 0.01 0.015")]
    public void An_axis_has_round_numbers(double low, double high, string ticks) =>
        Assert.Equal(
            ticks,
            string.Join(' ', Axis.Of(low, high).Ticks.Select(static t => t.ToString(CultureInfo.InvariantCulture))));

    [Theory]
    [InlineData(2.5, "2.5 dB")]
    [InlineData(-0.26, "−0.3 dB")]
    [InlineData(double.PositiveInfinity, "–")]
    [InlineData(null, "–")]
    public void Ratios_are_written_for_people(double? value, string text) =>
        Assert.Equal(text, HtmlText.Decibels(value));

    [Fact]
    public void A_name_that_does_not_fit_keeps_its_end_and_is_whole_in_the_table()
    {
        string name = SampleReports.Large.Units[1].Name;
        XElement page = XDocument.Parse(ReportPage.Of(SampleReports.Large)).Root!;
        Assert.Contains(page.Descendants("span"), s => s.Value == "…" + name[^47..]);
        Assert.Contains(page.Descendants("th"), t => t.Value == name);
        Assert.Equal("layer2.0.conv1", HtmlText.Short("layer2.0.conv1"));
    }

    [Theory]
    [InlineData(0.0, "0 %")]
    [InlineData(0.0012, "0.12 %")]
    [InlineData(0.0123, "1.2 %")]
    [InlineData(0.25, "25.0 %")]
    [InlineData(0.9985, "99.85 %")]
    [InlineData(1.0, "100 %")]
    [InlineData(double.NaN, "–")]
    public void Shares_are_written_for_people(double share, string text) => Assert.Equal(text, HtmlText.Share(share));

    [Theory]
    [InlineData(0, "0.0 s")]
    [InlineData(0.267, "0.27 s")]
    [InlineData(59.517, "59.5 s")]
    [InlineData(125.9, "2 min 5 s")]
    [InlineData(3_725, "1 h 2 min")]
    public void Times_are_written_for_people(double seconds, string text) =>
        Assert.Equal(text, HtmlText.Seconds(seconds));

    private static XElement Chart(string label) =>
        Page.Descendants("div").Single(d => (string?)d.Attribute("aria-label") == label);

    private static IEnumerable<XElement> Rows(XElement chart) =>
        chart.Elements("div").Where(static d => (string?)d.Attribute("class") == "row");

    private static double Percent(XElement shape, string name) => Parse(shape.Attribute(name)!.Value.TrimEnd('%'));

    private static double Parse(string number) => double.Parse(number, CultureInfo.InvariantCulture);
}
