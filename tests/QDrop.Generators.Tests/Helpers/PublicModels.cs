using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace QDrop.Generators.Tests.Helpers;

/// <summary>
/// Small models in the style of public code. None has the attribute in its file: a test says which class it takes.
/// </summary>
internal static partial class PublicModels
{
    /// <summary>
    /// Ways to compute, what goes in and out, layers that are written by hand, and functions and objects that forward
    /// calls.
    /// </summary>
    public static IReadOnlyList<string> Files { get; } =
        ["PublicCode.cs", "PublicStructures.cs", "HandWrittenLayers.cs", "PublicHelpers.cs"];

    /// <summary>The classes of a file that are modules.</summary>
    public static IReadOnlyList<string> ModulesIn(string source) =>
        [.. Module().Matches(source).Select(m => m.Groups["name"].Value)];

    /// <summary>The text of a file with one of its classes as a model.</summary>
    public static string Annotate(string source, string name) =>
        Declaration().Replace(
            source,
            match => match.Groups["name"].Value == name
                ? $"[QDrop.Quantize(W = 4, A = 4)] public partial class {name}"
                : $"public partial class {match.Groups["name"].Value}");

    /// <summary>As <see cref="Annotate"/>, with no other types than those that the model uses.</summary>
    public static string AnnotateAlone(string source, string name)
    {
        SyntaxNode root = CSharpSyntaxTree.ParseText(Annotate(source, name)).GetRoot();
        var types = root.DescendantNodes().OfType<BaseTypeDeclarationSyntax>().ToDictionary(t => t.Identifier.Text);
        HashSet<string> used = [];
        var pending = new Stack<string>([name]);
        while (pending.TryPop(out string? next))
        {
            if (!used.Add(next))
                continue;
            foreach (SyntaxToken token in types[next].DescendantTokens())
            {
                if (types.ContainsKey(token.Text))
                    pending.Push(token.Text);
            }
        }
        return root.RemoveNodes(
            types.Where(t => !used.Contains(t.Key)).Select(t => t.Value), SyntaxRemoveOptions.KeepNoTrivia)!
            .ToFullString();
    }

    [GeneratedRegex(@"public class (?<name>\w+)")]
    private static partial Regex Declaration();

    [GeneratedRegex(@"public class (?<name>\w+)[^:\n]* : Module<")]
    private static partial Regex Module();
}
