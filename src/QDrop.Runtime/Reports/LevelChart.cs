using System.Globalization;
using System.Text;
using static QDrop.Reports.HtmlText;

namespace QDrop.Reports;

/// <summary>How a layer's weights lie on the levels of its grid: a small drawing, one bar for each level.</summary>
internal static class LevelChart
{
    private const double Width = 160, Height = 60, Base = 58;

    /// <summary>Draws it.</summary>
    /// <param name="page">Where it goes.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="bits">Its bit width.</param>
    /// <param name="counts">Weights on each level.</param>
    public static void Write(StringBuilder page, string layer, int bits, IReadOnlyList<long> counts)
    {
        double most = Math.Max(1, counts.Max()), step = Width / counts.Count, gap = counts.Count > 32 ? 0 : 1;
        page.Append(CultureInfo.InvariantCulture, $"<figure><svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{Escape(Describe(layer, counts))}\">");
        for (int level = 0; level < counts.Count; level++)
        {
            double height = counts[level] / most * (Base - 2);
            if (counts[level] > 0)
                page.Append(CultureInfo.InvariantCulture, $"<rect class=\"s1\" x=\"{(level * step) + (gap / 2):0.###}\" y=\"{Base - height:0.##}\" width=\"{step - gap:0.###}\" height=\"{height:0.##}\"/>");
        }
        page.Append(CultureInfo.InvariantCulture, $"<line class=\"zero\" x1=\"0\" y1=\"{Base}\" x2=\"{Width}\" y2=\"{Base}\"/></svg>");
        page.Append(CultureInfo.InvariantCulture, $"<figcaption><code>{Escape(layer)}</code> {bits} bits</figcaption></figure>\n");
    }

    /// <summary>The levels on which there are weights.</summary>
    public static int Used(IReadOnlyList<long> counts) => counts.Count(static c => c > 0);

    /// <summary>Share of the weights on the level that has most.</summary>
    public static double Fullest(IReadOnlyList<long> counts) => (double)counts.Max() / Math.Max(1, counts.Sum());

    /// <summary>Share of the weights on the lowest and the highest level.</summary>
    public static double AtTheEnds(IReadOnlyList<long> counts) => (double)(counts[0] + counts[^1]) / Math.Max(1, counts.Sum());

    private static string Describe(string layer, IReadOnlyList<long> counts) =>
        $"{layer}: {Used(counts)} of {counts.Count} levels used, {Share(Fullest(counts))} of the weights on one level, {Share(AtTheEnds(counts))} on the lowest and highest";
}
