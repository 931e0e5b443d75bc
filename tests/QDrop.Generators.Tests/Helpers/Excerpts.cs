using System.Globalization;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace QDrop.Generators.Tests.Helpers;

/// <summary>Diagnostics as a reader sees them: the message, and the excerpt that is underlined.</summary>
internal static class Excerpts
{
    public static string Of(IEnumerable<Diagnostic> diagnostics, string source)
    {
        var text = SourceText.From(source);
        var report = new StringBuilder();
        foreach (Diagnostic diagnostic in diagnostics.OrderBy(d => d.Location.SourceSpan.Start))
        {
            FileLinePositionSpan span = diagnostic.Location.GetLineSpan();
            report.Append(
                CultureInfo.InvariantCulture,
                $"{diagnostic.Id}: {diagnostic.GetMessage(CultureInfo.InvariantCulture)}\n");
            TextLine line = text.Lines[span.StartLinePosition.Line];
            int start = span.StartLinePosition.Character;
            int length = Math.Min(diagnostic.Location.SourceSpan.Length, line.Span.Length - start);
            string code = line.ToString();
            int indentation = code.Length - code.TrimStart().Length;
            report.Append("    ").Append(code.TrimStart()).Append('\n');
            report.Append("    ").Append(' ', start - indentation).Append('~', Math.Max(1, length)).Append('\n');
        }
        return report.ToString();
    }
}
