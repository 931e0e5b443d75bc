using System.Globalization;
using System.Text;
using static QDrop.Calibration.Reports.Page.HtmlText;

namespace QDrop.Calibration.Reports.Page;

/// <summary>
/// How a layer's weights lie on the levels of its grid: a small drawing, one bar for each level, or for a few where
/// there are many.
/// </summary>
internal static class LevelChart
{
    private const int MaxBars = 64;

    private const double Width = 160, Height = 60, Base = 59;

    /// <summary>Draws it.</summary>
    /// <param name="page">Where it goes.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="bits">Its bit width.</param>
    /// <param name="counts">Weights on each level.</param>
    public static void Write(StringBuilder page, string layer, int bits, IReadOnlyList<long> counts)
    {
        int together = Math.Max(1, counts.Count / MaxBars);
        long[] bars = [.. counts.Chunk(together).Select(static c => c.Sum())];
        page.Append(
            CultureInfo.InvariantCulture,
            $"<figure title=\"{Escape(Describe(layer, counts))}\"><svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" "
                + $"aria-label=\"{Escape(Describe(layer, counts))}\">");
        page.Append(
            CultureInfo.InvariantCulture,
            $"<path class=\"s1\" d=\"{Bars(bars)}\"/><line class=\"zero\" x1=\"0\" y1=\"{Base}\" x2=\"{Width}\" "
                + $"y2=\"{Base}\"/></svg>");
        page.Append(
            CultureInfo.InvariantCulture, $"<p class=\"ends\"><span>0</span><span>{counts.Count - 1}</span></p>");
        string width = together > 1 ? $", {together} levels a bar" : "";
        page.Append(
            CultureInfo.InvariantCulture,
            $"<figcaption><code>{Escape(Short(layer))}</code> {bits} bits, tallest "
                + $"{HtmlText.Share(Fullest(bars))}{width}</figcaption></figure>\n");
    }

    /// <summary>The levels on which there are weights.</summary>
    public static int Used(IReadOnlyList<long> counts) => counts.Count(static c => c > 0);

    /// <summary>Share of the weights on the level that has most.</summary>
    public static double Fullest(IReadOnlyList<long> counts) => (double)counts.Max() / Math.Max(1, counts.Sum());

    /// <summary>Share of the weights on the lowest and the highest level.</summary>
    public static double AtTheEnds(IReadOnlyList<long> counts) =>
        (double)(counts[0] + counts[^1]) / Math.Max(1, counts.Sum());

    /// <summary>The outlines of the bars, each from its foot to the right.</summary>
    private static string Bars(long[] bars)
    {
        double most = Math.Max(1, bars.Max()), step = Width / bars.Length, gap = bars.Length > 32 ? 0.5 : 1;
        var path = new StringBuilder();
        for (int i = 0; i < bars.Length; i++)
        {
            if (bars[i] > 0)
                path.Append(
                    CultureInfo.InvariantCulture,
                    $"M{(i * step) + (gap / 2):0.##} "
                        + $"{Base}v{-bars[i] / most * (Base - 2):0.##}h{step - gap:0.##}V{Base}z");
        }
        return path.Length > 0 ? path.ToString() : "M0 0";
    }

    private static string Describe(string layer, IReadOnlyList<long> counts) =>
        $"{layer}: {Used(counts)} of {counts.Count} levels used, {HtmlText.Share(Fullest(counts))} of the weights on "
            + $"one level, {HtmlText.Share(AtTheEnds(counts))} on the lowest and highest";
}
