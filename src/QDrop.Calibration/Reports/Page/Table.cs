using System.Text;
using static QDrop.Calibration.Reports.Page.HtmlText;

namespace QDrop.Calibration.Reports.Page;

/// <summary>A table that is folded away beside a plot, with the plot's figures.</summary>
internal static class Table
{
    /// <summary>Writes it.</summary>
    /// <param name="page">Where it goes.</param>
    /// <param name="summary">What to click on.</param>
    /// <param name="header">Names of the columns.</param>
    /// <param name="rows">The cells of each row, the first of which names it.</param>
    public static void Write(
        StringBuilder page, string summary, IReadOnlyList<string> header, IEnumerable<IReadOnlyList<string>> rows)
    {
        string kind = header.Count == 2 ? "pairs" : "names";
        page.Append("<details><summary>")
            .Append(Escape(summary))
            .Append("</summary><div class=\"scroll\"><table class=\"")
            .Append(kind)
            .Append("\"><thead><tr>");
        foreach (string name in header)
            page.Append("<th scope=\"col\">").Append(Escape(name)).Append("</th>");
        page.Append("</tr></thead><tbody>\n");
        foreach (IReadOnlyList<string> row in rows)
        {
            page.Append("<tr><th scope=\"row\">").Append(Escape(row[0])).Append("</th>");
            foreach (string cell in row.Skip(1))
                page.Append("<td>").Append(Escape(cell)).Append("</td>");
            page.Append("</tr>\n");
        }
        page.Append("</tbody></table></div></details>\n");
    }
}
