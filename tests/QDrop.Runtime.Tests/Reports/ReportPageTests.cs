using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using QDrop.Artifacts;
using QDrop.Insight;
using QDrop.Reconstruction;
using QDrop.Reports;
using VerifyXunit;
using Xunit;

namespace QDrop.Runtime.Tests.Reports;

/// <summary>The page that a report is looked at on.</summary>
public sealed partial class ReportPageTests
{
    private static ReportDocument Report => new(
        "qdrop-report",
        1,
        "Some.Namespace.Net<T>",
        new string('a', 64),
        "Some.Namespace.Net.qdrop.safetensors",
        new ReportSize(40_000, 4_000, 10, 9_000, 3_000, 2.667),
        new ModelCost(0.9, [new LayerCost("head.lstm", 0.1)]),
        new QuantizationSettings { W = 2, A = 4, Iterations = 2_000 },
        [
            new ReportUnit("stem", false, ["stem"], 2_000, 2.5, 0.25, 13.01, 23.01, 1.25),
            new ReportUnit("layer2.0", true, ["layer2.0.conv1", "layer2.0.conv2"], 2_000, null, 0.25, null, -1.5, 75),
            new ReportUnit("a & b.\"very long name of a unit\" <of>.layers", false, ["fc"], 0, 0, 0, null, null, 0),
        ],
        [new ReportLayer("stem", 8, [2, 4], 8, 32, 8)],
        [new ActivationState("stem", 4, 0.25f, 0)],
        new ReportInsight(64, 14.25,
            [
                new ReportLayerInsight("stem", "stem", 8, 40.1, 41.2, 38.5, null, null, [.. Enumerable.Range(0, 256).Select(static i => (long)(i * (255 - i)))]),
                new ReportLayerInsight("layer2.0.conv1", "layer2.0", 2, 7.25, 9.5, 12.125, 4, 0.8, [10, 200, 120, 0]),
                new ReportLayerInsight("layer2.0.conv2", "layer2.0", 2, -2.5, 1.5, null, 4, -0.2, [0, 0, 0, 0]),
            ],
            [new ReportActivationInsight("stem", 4, 0.0123, 22), new ReportActivationInsight("layer2.0.add", 4, null, null)],
            [
                new BitAdvice("Some.Namespace.Net", "layer2", 4, ["layer2.0.conv1", "layer2.0.conv2"], 2.34, 20_480, "[Quantize(W = 4)]"),
                new BitAdvice("Some.Namespace.Block", "conv1", 4, ["layer2.0.conv1"], 0.8, 512, "[Quantize(W = 4, Method = Method.Nearest)]"),
            ]),
        76.25,
        new Dictionary<string, double> { ["discovery"] = 0.25, ["weightRanges"] = 1.5, ["backward"] = 70 },
        new string('b', 64),
        new string('c', 64),
        new LibraryVersions("0.1.0", "0.107.0", "1.13.1", ".NET 10.0.1"));

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
        Assert.DoesNotContain(Page.Descendants(), static e => e.Name.LocalName is "script" or "link" or "img" or "iframe" or "object" or "use");
        Assert.DoesNotContain(Page.Descendants().Attributes(), static a => a.Name.LocalName is "src" or "href" || a.Name.LocalName.StartsWith("on", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_drawing_says_what_it_is_and_lies_within_its_box()
    {
        List<XElement> drawings = [.. Page.Descendants("svg")];
        Assert.Equal(10, drawings.Count);
        foreach (XElement drawing in drawings)
        {
            Assert.Equal("img", (string?)drawing.Attribute("role"));
            string[] names = ((string?)drawing.Attribute("aria-labelledby"))?.Split(' ') ?? [];
            string said = (string?)drawing.Attribute("aria-label") ?? string.Concat(names.Select(id => drawing.Elements().Single(e => (string?)e.Attribute("id") == id).Value));
            Assert.NotEqual("", said);
            double[] box = [.. ((string)drawing.Attribute("viewBox")!).Split(' ').Select(Parse)];
            foreach (XElement shape in drawing.Descendants().Where(static e => e.Name.LocalName is "rect" or "line" or "text"))
            {
                foreach (XAttribute at in shape.Attributes().Where(static a => Coordinate().IsMatch(a.Name.LocalName)))
                    Assert.InRange(Parse(at.Value), 0, at.Name.LocalName[0] == 'x' ? box[2] : box[3]);
            }
            foreach (XElement bar in drawing.Descendants("rect"))
            {
                Assert.InRange(Value(bar, "width"), 0, box[2]);
                Assert.InRange(Value(bar, "x") + Value(bar, "width"), 0, box[2] + 0.01);
                Assert.InRange(Value(bar, "y") + Value(bar, "height"), 0, box[3]);
            }
            // What is written at 12 pixels takes about 7 for a character.
            foreach (XElement text in drawing.Descendants("text"))
            {
                double length = 7 * text.Value.Length, x = Value(text, "x");
                (double from, double to) = (string?)text.Attribute("text-anchor") switch { "end" => (x - length, x), "middle" => (x - (length / 2), x + (length / 2)), _ => (x, x + length) };
                Assert.True(from >= 0 && to <= box[2], $"'{text.Value}' from {from} to {to} of {box[2]}");
            }
        }
    }

    [Fact]
    public void Identifiers_are_unique() => Assert.Distinct(Page.Descendants().Attributes("id").Select(static a => a.Value));

    [Fact]
    public void Bars_are_as_long_as_their_values()
    {
        XElement sensitivity = Page.Descendants("svg").Single(static s => ((string?)s.Attribute("aria-labelledby"))?.StartsWith("sensitivity-", StringComparison.Ordinal) == true);
        double[] widths = [.. sensitivity.Descendants("rect").Select(static r => Value(r, "width"))];
        Assert.Equal(2, widths.Length);
        Assert.Equal(38.5 / 12.125, widths[0] / widths[1], 2);
    }

    [Fact]
    public void What_is_not_known_is_a_dash_and_no_bar()
    {
        XElement row = Page.Descendants("tr").Single(static r => r.Elements().First().Value == "layer2.0.add");
        Assert.Equal(["layer2.0.add", "4", "–", "–"], row.Elements().Select(static c => c.Value));
        Assert.DoesNotContain("NaN", ReportPage.Of(Report), StringComparison.Ordinal);
    }

    [Fact]
    public void Advice_is_a_line_to_paste_and_says_where()
    {
        XElement advice = Page.Descendants("ol").Single();
        Assert.Equal("Raise Net.layer2 to 4 bits: +2.3 dB", advice.Descendants("strong").First().Value);
        Assert.Equal("[Quantize(W = 4)] // on layer2 of Some.Namespace.Net", advice.Descendants("code").ElementAt(1).Value);
        Assert.Equal("Raise layer2.0.conv1 to 4 bits: +0.8 dB", advice.Descendants("strong").Last().Value);
    }

    [Fact]
    public void Without_measurements_the_page_has_what_there_is()
    {
        XElement page = XDocument.Parse(ReportPage.Of(Report with { Insight = null })).Root!;
        Assert.Equal(["Units", "Time by phase", "What stays float", "Where it comes from"], page.Descendants("h2").Select(static h => h.Value));
        page = XDocument.Parse(ReportPage.Of(Report with { Insight = Report.Insight! with { Advice = [] }, Cost = new ModelCost(1, []), Units = [] })).Root!;
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
        Assert.Equal(ticks, string.Join(' ', Axis.Of(low, high).Ticks.Select(static t => t.ToString(CultureInfo.InvariantCulture))));

    [Theory]
    [InlineData(2.5, "2.5 dB")]
    [InlineData(-0.26, "−0.3 dB")]
    [InlineData(double.PositiveInfinity, "–")]
    [InlineData(null, "–")]
    public void Ratios_are_written_for_people(double? value, string text) => Assert.Equal(text, HtmlText.Decibels(value));

    private static double Value(XElement shape, string name) => Parse(shape.Attribute(name)!.Value);

    private static double Parse(string number) => double.Parse(number, CultureInfo.InvariantCulture);

    [GeneratedRegex("^[xy][12]?$")]
    private static partial Regex Coordinate();
}
