using System.Text;
using static QDrop.Calibration.Reports.Page.HtmlText;

namespace QDrop.Calibration.Reports.Page;

/// <summary>The part of the page on bit widths that a budget gave.</summary>
internal static class BudgetSection
{
    /// <summary>What it is about.</summary>
    public const string Heading = "Bit widths within the budget";

    /// <summary>Writes it.</summary>
    /// <param name="page">Where it goes.</param>
    /// <param name="budget">What the budget gave.</param>
    public static void Write(StringBuilder page, BudgetOutcome budget)
    {
        Paragraph(
            page,
            $"Budget {budget.Budget}, of which {Amount(budget.Chosen.Amount, budget.Budget)} is used. Chosen by what "
                + "each layer costs at the model's end when nothing but it is quantized, rounded to nearest, "
                + $"on {budget.Samples} inputs, as if these errors added up: "
                + $"{Decibels(ParetoChart.Ratio(budget.Chosen.Error))} then. "
                + (budget.Gap > 0
                        ? "The search was cut short: another assignment could have an error less by "
                            + $"{Number(budget.Gap / budget.Chosen.Error * 100, "0.####")} % at most."
                        : "No other assignment within the budget has a smaller sum."));
        ParetoChart.Write(page, budget);
        (double divisor, string unit) = ParetoChart.ScaleOf(budget);
        string across = $"{Across(budget.Budget.Unit)} in {unit}";
        string Written(double amount) => Number(amount / divisor, "0.##");
        Paragraph(
            page,
            $"Across: {across}. "
                + (budget.FrontierIsComplete
                        ? "The curve joins all assignments that no other is better than."
                        : "The curve joins some of the assignments that no other is better than; there are more "
                            + "between them."));
        new BarChart("Bit width of each layer's weights", ["bits"], static bits => Number(bits, "0"))
        {
            Mark = "given by an attribute, or as first or last layer",
        }.Write(
            page,
            [
                .. budget.Layers.Select(static l => new BarRow(l.Name, l.Bits)
                {
                    Marked = l.IsGiven,
                    Note = $"{Number(l.Weights, "#,0")} weights",
                }),
            ]);
        int[] widths =
        [
            .. budget.Layers.SelectMany(static l => l.Errors.Select(static e => e.Bits)).Distinct().Order(),
        ];
        Table.Write(
            page,
            "Sensitivities as a table: ratio at the model's end with one layer quantized",
            ["layer", "weights", "multiply-accumulates", "chosen", .. widths.Select(static w => $"{w} bits")],
            budget.Layers.Select(l =>
                (string[])
                    [
                        l.Name,
                        Number(l.Weights, "#,0"),
                        Number(l.MultiplyAccumulates, "#,0"),
                        l.IsGiven ? $"{l.Bits}, given" : Number(l.Bits, "0"),
                        .. widths.Select(w =>
                            Decibels(
                                l.Errors.FirstOrDefault(e => e.Bits == w) is { } width
                                    ? ParetoChart.Ratio(width.Error)
                                    : null)),
                    ]));
        Table.Write(
            page,
            "Assignments as a table",
            ["assignment", across, "if errors add up"],
            budget
                .Uniform.Select(u =>
                    (string[])[$"all {u.Bits} bits", Written(u.Amount), Decibels(ParetoChart.Ratio(u.Error))])
                .Append(["chosen", Written(budget.Chosen.Amount), Decibels(ParetoChart.Ratio(budget.Chosen.Error))]));
    }

    private static string Amount(double amount, BitBudget budget) => budget.Unit switch
    {
        BudgetUnit.Bits or BudgetUnit.BitsPerMac => $"{Number(amount, "0.####")} {budget.ToString().Split(' ')[1]}",
        _ => $"{Number(amount, "#,0")} {budget.ToString().Split(' ')[1]}",
    };

    private static string Across(BudgetUnit unit) => unit switch
    {
        BudgetUnit.Bits => "average of a weight",
        BudgetUnit.BitsPerMac => "average of a weight over all multiply-accumulates",
        BudgetUnit.Bytes => "size of the packed weights",
        _ => "multiply-accumulates times bits",
    };

    private static void Paragraph(StringBuilder page, string text) =>
        page.Append("<p class=\"soft\">").Append(Escape(text)).Append("</p>\n");
}
