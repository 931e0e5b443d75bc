using System.Globalization;
using System.Text.Json;
using System.Xml.Linq;
using QDrop.Calibration;
using QDrop.Calibration.Reports.Documents;
using QDrop.Calibration.Reports.Page;
using Xunit;

namespace QDrop.Tests.Reports;

/// <summary>What the report says of bit widths that a budget gave.</summary>
public sealed class BudgetSectionTests
{
    private static readonly XElement Page = XDocument.Parse(ReportPage.Of(SampleReports.Budgeted)).Root!;

    private static XElement Plot => Page.Descendants("div").Single(static d => (string?)d.Attribute("class") == "plot");

    [Fact]
    public void Only_a_report_with_a_budget_has_the_section()
    {
        Assert.Single(Page.Descendants("h2"), static h => h.Value == BudgetSection.Heading);
        Assert.DoesNotContain(BudgetSection.Heading, ReportPage.Of(SampleReports.Usual), StringComparison.Ordinal);
        Assert.Contains(
            "Weights 2 to 8 bits within 3 bits, activations 4 bits",
            Page.Descendants("header").Single().Value,
            StringComparison.Ordinal);
    }

    [Fact]
    public void The_curve_rises_from_left_to_right_and_has_a_line_between_each_two_points()
    {
        List<XElement> curve =
        [
            .. Plot.Descendants("line").Where(static l => (string?)l.Attribute("class") == "curve"),
        ];
        Assert.Equal(29, curve.Count);
        Assert.All(curve, static l => Assert.True(Parse(l, "x1") < Parse(l, "x2") && Parse(l, "y1") > Parse(l, "y2")));
        Assert.All(
            Plot.Descendants("line"),
            static l => Assert.True(Parse(l, "y1") is >= 0 and <= 300 && Parse(l, "x2") is >= 0 and <= 100));
    }

    [Fact]
    public void Uniform_widths_and_the_chosen_assignment_are_points_where_their_values_are()
    {
        List<XElement> uniform = [.. Circles("s0")];
        Assert.Equal(7, uniform.Count);
        Assert.Equal(
            ["2", "3", "4", "5", "6", "7", "8"],
            Plot.Descendants("text")
                .Where(static t =>
                    (string?)t.Attribute("text-anchor") == "middle" && t.Value.Length == 1 && Parse(t, "y") < 290)
                .Select(static t => t.Value));
        // Equal distances: amounts are equally far apart, and so are errors that fall fourfold.
        Assert.All(
            uniform.Zip(uniform.Skip(1)),
            p =>
            {
                Assert.Equal(
                    Parse(uniform[1], "cx") - Parse(uniform[0], "cx"),
                    Parse(p.Second, "cx") - Parse(p.First, "cx"),
                    0.05);
                Assert.Equal(
                    Parse(uniform[0], "cy") - Parse(uniform[1], "cy"),
                    Parse(p.First, "cy") - Parse(p.Second, "cy"),
                    0.3);
            });
        XElement chosen = Assert.Single(Circles("s2"));
        Assert.InRange(Parse(chosen, "cx"), Parse(uniform[1], "cx"), Parse(uniform[2], "cx"));
    }

    [Fact]
    public void Every_layer_has_its_width_and_what_it_costs_with_each()
    {
        XElement row = Page.Descendants("tr").Single(static r => r.Elements().First().Value == "layer2.0.<conv1>");
        Assert.Equal(
            [
                "layer2.0.<conv1>",
                "18,432",
                "4,718,592",
                "2",
                "12.0 dB",
                "18.1 dB",
                "24.1 dB",
                "30.1 dB",
                "36.1 dB",
                "42.1 dB",
                "48.2 dB",
            ],
            row.Elements().Select(static c => c.Value));
        row = Page.Descendants("tr")
            .Single(static r =>
                r.Elements().First().Value == "stem" && r.Value.Contains("given", StringComparison.Ordinal));
        Assert.Equal(
            ["stem", "432", "442,368", "8, given", "–", "–", "–", "–", "–", "–", "50.0 dB"],
            row.Elements().Select(static c => c.Value));
    }

    [Fact]
    public void A_search_that_was_cut_short_and_a_curve_with_gaps_are_said_to_be_so()
    {
        Assert.Contains(
            "No other assignment within the budget has a smaller sum", Page.Value, StringComparison.Ordinal);
        Assert.Contains("joins all assignments", Page.Value, StringComparison.Ordinal);
        string other = ReportPage.Of(
            SampleReports.Budgeted with
            {
                Budget = SampleReports.Budgeted.Budget! with { Gap = 0.00013, FrontierIsComplete = false },
            });
        Assert.Contains("could have an error less by 0.2 % at most", other, StringComparison.Ordinal);
        Assert.Contains("joins some of the assignments", other, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(8, BudgetUnit.Bits, 1, "bits")]
    [InlineData(200_000, BudgetUnit.Bytes, 1024, "KiB")]
    [InlineData(120_000_000, BudgetUnit.MacBits, 1e6, "millions")]
    [InlineData(25_000_000_000, BudgetUnit.MacBits, 1e9, "milliards")]
    public void Amounts_are_written_for_people(double most, BudgetUnit unit, double divisor, string name) =>
        Assert.Equal(
            (divisor, name),
            ParetoChart.ScaleOf(
                SampleReports.Budgeted.Budget! with
                {
                    Budget = new BitBudget(3, unit),
                    Uniform = [],
                    Chosen = new BudgetPoint(most, 1),
                }));

    [Fact]
    public void The_reports_json_has_the_same_where_there_is_a_budget()
    {
        string json = JsonSerializer.Serialize(SampleReports.Budgeted, ReportJson.Default.ReportDocument);
        JsonElement budget = JsonDocument.Parse(json).RootElement.GetProperty("budget");
        Assert.Equal("3 bits", budget.GetProperty("budget").GetString());
        Assert.Equal(
            [8, 2, 5],
            budget.GetProperty("layers").EnumerateArray().Select(static l => l.GetProperty("bits").GetInt32()));
        Assert.Equal(30, budget.GetProperty("frontier").GetArrayLength());
        Assert.False(budget.GetProperty("frontier")[0].TryGetProperty("bits", out _));
        Assert.Equal(2, budget.GetProperty("uniform")[0].GetProperty("bits").GetInt32());
        Assert.DoesNotContain(
            "\"budget\"",
            JsonSerializer.Serialize(SampleReports.Usual, ReportJson.Default.ReportDocument),
            StringComparison.Ordinal);
    }

    private static IEnumerable<XElement> Circles(string kind) =>
        Plot.Descendants("circle").Where(c => (string?)c.Attribute("class") == kind);

    private static double Parse(XElement shape, string name) =>
        double.Parse(shape.Attribute(name)!.Value.TrimEnd('%'), CultureInfo.InvariantCulture);
}
