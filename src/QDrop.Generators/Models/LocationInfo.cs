using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace QDrop.Generators.Models;

/// <summary>A place in a source file, as values only.</summary>
internal sealed record LocationInfo(string Path, TextSpan Span, LinePositionSpan Lines)
{
    public static LocationInfo Of(SyntaxNode node) => Of(node.GetLocation());

    public static LocationInfo Of(SyntaxToken token) => Of(token.GetLocation());

    public Location ToLocation() => Location.Create(Path, Span, Lines);

    private static LocationInfo Of(Location location) => new(location.SourceTree?.FilePath ?? "", location.SourceSpan, location.GetLineSpan().Span);
}
