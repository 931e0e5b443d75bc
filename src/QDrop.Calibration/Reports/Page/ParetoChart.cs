using System.Globalization;
using System.Text;
using static QDrop.Calibration.Reports.Page.HtmlText;

namespace QDrop.Calibration.Reports.Page;

/// <summary>
/// The best that each amount of a budget can buy, as a curve, with the assignment that was chosen and the uniform ones
/// as points. Upwards is better: the ratio in dB that the model's output has if the layers' errors add up. Positions
/// across are shares of the room there is, so that it has one size of text at any width.
/// </summary>
internal static class ParetoChart
{
    /// <summary>Pixels: the height of the drawing, and what is above and below the plot in it.</summary>
    private const double Height = 300, Above = 24, Below = 26;

    /// <summary>Per cent of the width that are left free at each side, and that a label needs.</summary>
    private const double Side = 2, LabelWidth = 5;

    /// <summary>Draws it.</summary>
    /// <param name="page">Where it goes.</param>
    /// <param name="budget">What the budget gave.</param>
    public static void Write(StringBuilder page, BudgetOutcome budget)
    {
        BudgetPoint Scaled(BudgetPoint point) => point with { Amount = point.Amount / ScaleOf(budget).Divisor };
        List<(double Amount, double Ratio)> curve = [.. budget.Frontier.Select(Scaled).Select(Place).Where(IsDrawn)];
        List<BudgetPoint> uniform = [.. budget.Uniform.Select(Scaled).Where(static u => IsDrawn(Place(u)))];
        (double Amount, double Ratio) chosen = Place(Scaled(budget.Chosen));
        double[] ratios =
        [
            .. curve.Concat(uniform.Select(Place)).Append(chosen).Where(IsDrawn).Select(static p => p.Ratio),
            0,
        ];
        Axis across = Axis.Of(0, Max(budget) / ScaleOf(budget).Divisor), up = Axis.Of(ratios.Min(), ratios.Max());
        page.Append(
            "<p class=\"legend\"><span><span class=\"key s1\"></span>best for its amount</span> <span><span "
                + "class=\"key s0\"></span>all layers alike, with their bits</span> <span><span class=\"key "
                + "s2\"></span>chosen</span></p>\n");
        page.Append(
            CultureInfo.InvariantCulture,
            $"<div class=\"plot\" role=\"group\" aria-label=\"Best signal-to-quantization-noise ratio for each amount "
                + $"of the budget\"><svg height=\"{Height}\" aria-hidden=\"true\">\n");
        Axes(page, across, up);
        for (int i = 1; i < curve.Count; i++)
            page.Append(
                CultureInfo.InvariantCulture,
                $"<line class=\"curve\" x1=\"{X(across, curve[i - 1].Amount)}%\" y1=\"{Y(up, curve[i - 1].Ratio)}\" "
                    + $"x2=\"{X(across, curve[i].Amount)}%\" y2=\"{Y(up, curve[i].Ratio)}\"/>");
        page.Append('\n');
        double labelled = double.NegativeInfinity;
        foreach (BudgetPoint point in uniform)
        {
            Circle(page, across, up, Place(point), "s0", 4);
            if (X(across, point.Amount) - labelled < LabelWidth)
                continue;
            labelled = X(across, point.Amount);
            page.Append(
                CultureInfo.InvariantCulture,
                $"<text x=\"{labelled}%\" y=\"{LabelOf(Y(up, Place(point).Ratio))}\" "
                    + $"text-anchor=\"middle\">{point.Bits}</text>\n");
        }
        if (IsDrawn(chosen))
            Circle(page, across, up, chosen, "s2", 6);
        page.Append("</svg></div>\n");
    }

    /// <summary>What amounts are divided by to be written, and what they are then in.</summary>
    public static (double Divisor, string Unit) ScaleOf(BudgetOutcome budget) =>
        (budget.Budget.Unit, Max(budget)) switch
        {
            (BudgetUnit.Bytes, >= 10 << 20) => (1 << 20, "MiB"),
            (BudgetUnit.Bytes, >= 10 << 10) => (1 << 10, "KiB"),
            (BudgetUnit.Bytes, _) => (1, "bytes"),
            (BudgetUnit.MacBits, >= 1e10) => (1e9, "milliards"),
            (BudgetUnit.MacBits, >= 1e7) => (1e6, "millions"),
            (BudgetUnit.MacBits, _) => (1e3, "thousands"),
            _ => (1, "bits"),
        };

    /// <summary>A sum of errors as a ratio in dB.</summary>
    public static double Ratio(double error) => -10 * Math.Log10(error);

    private static void Axes(StringBuilder page, Axis across, Axis up)
    {
        foreach (double tick in up.Ticks)
        {
            double y = Y(up, tick);
            page.Append(
                CultureInfo.InvariantCulture,
                $"<line class=\"{(tick == 0 ? "zero" : "grid")}\" x1=\"0\" x2=\"100%\" y1=\"{y}\" y2=\"{y}\"/><text "
                    + $"x=\"0\" y=\"{y - 4}\">{Escape(Number(tick, "0.##"))} dB</text>\n");
        }
        for (int i = 0; i < across.Ticks.Count; i++)
        {
            string anchor = i == 0 ? "start" : i == across.Ticks.Count - 1 ? "end" : "middle";
            double x = i == 0 ? 0 : i == across.Ticks.Count - 1 ? 100 : X(across, across.Ticks[i]);
            page.Append(
                CultureInfo.InvariantCulture,
                $"<text x=\"{x}%\" y=\"{Height - 4}\" "
                    + $"text-anchor=\"{anchor}\">{Escape(Number(across.Ticks[i], "0.##"))}</text>\n");
        }
    }

    private static double Max(BudgetOutcome budget) =>
        budget.Uniform.Select(static u => u.Amount).Append(budget.Chosen.Amount).Max();

    private static void Circle(
        StringBuilder page, Axis across, Axis up, (double Amount, double Ratio) place, string kind, double radius) =>
        page.Append(
            CultureInfo.InvariantCulture,
            $"<circle class=\"{kind}\" cx=\"{X(across, place.Amount)}%\" cy=\"{Y(up, place.Ratio)}\" r=\"{radius}\"/>");

    private static (double Amount, double Ratio) Place(BudgetPoint point) => (point.Amount, Ratio(point.Error));

    private static bool IsDrawn((double Amount, double Ratio) place) => double.IsFinite(place.Ratio);

    /// <summary>Where the label of a point is written: below it, where the curve is not, if there is room.</summary>
    private static double LabelOf(double y) => y + 17 > Height - Below ? y - 9 : y + 17;

    private static double X(Axis axis, double value) =>
        Math.Round(Side + ((value - axis.Low) / (axis.High - axis.Low) * (100 - (2 * Side))), 2);

    private static double Y(Axis axis, double value) =>
        Math.Round(Above + ((axis.High - value) / (axis.High - axis.Low) * (Height - Above - Below)), 1);
}
