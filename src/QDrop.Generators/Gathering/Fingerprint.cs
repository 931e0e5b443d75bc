using System.Security.Cryptography;
using System.Text;
using Microsoft.CodeAnalysis;

namespace QDrop.Generators.Gathering;

/// <summary>Tells whether a model's code is the code that was calibrated.</summary>
internal static class Fingerprint
{
    /// <summary>
    /// SHA-256, in hexadecimal, of the tokens of the declarations: whitespace and comments do not count, nor do file
    /// names. What the code reads elsewhere counts with it.
    /// </summary>
    public static string Of(IReadOnlyCollection<ISymbol> code, AnalysisContext context)
    {
        var text = new StringBuilder();
        ReachedValues.Result values = ReachedValues.Of(code, context);
        foreach (ISymbol symbol in code.Concat(values.Members))
        {
            IOrderedEnumerable<string> parts = ReachedValues
                .Declarations(symbol, context)
                .Select(static node => string.Join(" ", node.DescendantTokens().Select(static t => t.Text)))
                .OrderBy(part => part, System.StringComparer.Ordinal);
            text.Append(symbol.ToDisplayString()).Append('\n');
            foreach (string part in parts)
                text.Append(part.Replace("\r\n", "\n")).Append('\n');
        }
        foreach (string constant in values.Constants)
            text.Append(constant).Append('\n');
        using var sha = SHA256.Create();
        return string.Concat(
            sha.ComputeHash(Encoding.UTF8.GetBytes(text.ToString()))
                .Select(b => b.ToString("x2", System.Globalization.CultureInfo.InvariantCulture)));
    }
}
