using System.Security.Cryptography;
using System.Text;
using Microsoft.CodeAnalysis;

namespace QDrop.Generators.Gathering;

/// <summary>Tells whether a model's code is the code that was calibrated.</summary>
internal static class Fingerprint
{
    /// <summary>
    /// SHA-256, in hexadecimal, of the tokens of the declarations: whitespace and comments do not count, nor do file
    /// names.
    /// </summary>
    public static string Of(IEnumerable<ISymbol> symbols, AnalysisContext context)
    {
        var text = new StringBuilder();
        foreach (ISymbol symbol in symbols)
        {
            IOrderedEnumerable<string> parts = symbol
                .DeclaringSyntaxReferences.Select(reference =>
                    string.Join(" ", context.SyntaxOf(reference).DescendantTokens().Select(t => t.Text)))
                .OrderBy(part => part, System.StringComparer.Ordinal);
            text.Append(symbol.ToDisplayString()).Append('\n');
            foreach (string part in parts)
                text.Append(part.Replace("\r\n", "\n")).Append('\n');
        }
        using var sha = SHA256.Create();
        return string.Concat(
            sha.ComputeHash(Encoding.UTF8.GetBytes(text.ToString()))
                .Select(b => b.ToString("x2", System.Globalization.CultureInfo.InvariantCulture)));
    }
}
