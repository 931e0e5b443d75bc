using System.Globalization;
using System.Text;

namespace QDrop.Architecture;

/// <summary>
/// Draws the graph: a column for each project, its folders from the top down, and an arrow for each use that no longer
/// way shows.
/// </summary>
internal static class Picture
{
    private const int Width = 190, Height = 30, Gap = 14, Column = 250, Margin = 24, Title = 40;

    /// <summary>The picture as SVG.</summary>
    public static string Draw(FolderGraph graph)
    {
        string[] rooms = [.. House.Rooms.Where(r => graph.Arrows.Any(a => a.From == r || a.To == r))];
        var columns = rooms.GroupBy(ProjectOf).ToList();
        Dictionary<string, (int X, int Y)> places = [];
        for (int c = 0; c < columns.Count; c++)
        {
            foreach ((int row, string? room) in columns[c].Index())
                places[room] = (Margin + c * Column, Margin + Title + row * (Height + Gap));
        }
        int width = 2 * Margin + columns.Count * Column - (Column - Width);
        int height = 2 * Margin + Title + columns.Max(static c => c.Count()) * (Height + Gap);
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="13">
              <title>Projects and folders of QDrop for .NET, and which of them use which</title>
              <defs>
                <marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
                  <path d="M0 0 L8 4 L0 8 z" fill="#5a6b7b"/>
                </marker>
              </defs>
              <rect width="{width}" height="{height}" fill="#ffffff"/>

            """);
        foreach (Arrow arrow in Shown(graph))
            Append(svg, places[arrow.From], places[arrow.To]);
        foreach (IGrouping<string, string>? column in columns)
        {
            (int x, int _) = places[column.First()];
            svg.Append(CultureInfo.InvariantCulture, $"""
                  <text x="{x + Width / 2}" y="{Margin + 16}" text-anchor="middle" font-weight="bold" fill="#1f2d3a">{column.Key}</text>

                """);
            foreach (string room in column)
                Append(svg, places[room], room == column.Key ? "(project)" : room[(column.Key.Length + 1)..]);
        }
        return svg.Append("</svg>\n").ToString();
    }

    /// <summary>The arrows without those for which a longer way leads to the same folder.</summary>
    private static IEnumerable<Arrow> Shown(FolderGraph graph) => graph.Arrows.Where(a =>
        !graph.Arrows.Any(other => other.From == a.From && other.To != a.To && graph.Reaches(other.To, a.To)));

    private static string ProjectOf(string room) => room.Split('/')[0];

    private static void Append(StringBuilder svg, (int X, int Y) place, string name) => svg.Append(CultureInfo.InvariantCulture, $"""
          <rect x="{place.X}" y="{place.Y}" width="{Width}" height="{Height}" rx="5" fill="#eef3f8" stroke="#8aa0b4"/>
          <text x="{place.X + Width / 2}" y="{place.Y + 20}" text-anchor="middle" fill="#1f2d3a">{name}</text>

        """);

    private static void Append(StringBuilder svg, (int X, int Y) from, (int X, int Y) to)
    {
        int middle = Height / 2;
        string path = from.X == to.X && to.Y - from.Y == Height + Gap
            ? Invariant($"M{from.X + Width / 2} {from.Y + Height} L{to.X + Width / 2} {to.Y - 1}")
            : from.X == to.X
                // Past what stands between.
                ? Invariant($"M{from.X + Width} {from.Y + middle} C{from.X + Width + 40} {from.Y + middle} {to.X + Width + 40} {to.Y + middle} {to.X + Width + 1} {to.Y + middle}")
                : from.X < to.X
                    ? Invariant($"M{from.X + Width} {from.Y + middle} C{from.X + Width + 40} {from.Y + middle} {to.X - 40} {to.Y + middle} {to.X - 1} {to.Y + middle}")
                    : Invariant($"M{from.X} {from.Y + middle} C{from.X - 40} {from.Y + middle} {to.X + Width + 40} {to.Y + middle} {to.X + Width + 1} {to.Y + middle}");
        svg.Append(CultureInfo.InvariantCulture, $"""
              <path d="{path}" fill="none" stroke="#5a6b7b" stroke-width="1" marker-end="url(#tip)"/>

            """);
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
