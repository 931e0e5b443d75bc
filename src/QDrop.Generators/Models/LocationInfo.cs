using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace QDrop.Generators.Models;

/// <summary>A place in a source file, as values only.</summary>
internal sealed record LocationInfo(string Path, TextSpan Span, LinePositionSpan Lines)
{
    public static LocationInfo Of(SyntaxNode node) => Of(node.GetLocation());

    public static LocationInfo Of(SyntaxToken token) => Of(token.GetLocation());

    /// <summary>The place in the file of a compilation, or by name where the compilation has no such file.</summary>
    public Location In(Compilation compilation, CancellationToken cancellation) =>
        TreeIn(compilation, cancellation) is { } tree
            ? Location.Create(tree, Span)
            : Location.Create(Path, Span, Lines);

    public SyntaxTree? TreeIn(Compilation compilation, CancellationToken cancellation) =>
        compilation.SyntaxTrees.FirstOrDefault(tree =>
            tree.FilePath == Path && Span.End <= tree.Length && tree.GetLineSpan(Span, cancellation).Span == Lines);

    private static LocationInfo Of(Location location) =>
        new(location.SourceTree?.FilePath ?? "", location.SourceSpan, location.GetLineSpan().Span);
}
