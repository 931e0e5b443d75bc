using Microsoft.CodeAnalysis;

namespace QDrop.Generators.Mappings;

/// <summary>Reads what operations and layers do with shapes: <c>QDrop.CompilerServices.ShapeEffect</c>.</summary>
internal static class ShapeEffects
{
    private const int ByKind = 0, SameShape = 1;

    /// <summary>Tells whether the shape stays.</summary>
    /// <param name="attribute">The attribute of an operation or of layers.</param>
    /// <param name="byKind">Whether it stays by the kind, where the attribute says nothing.</param>
    public static bool Keeps(AttributeData attribute, bool byKind) =>
        (attribute.NamedArguments.FirstOrDefault(a => a.Key == "Shape").Value.Value as int? ?? ByKind) switch
        {
            ByKind => byKind,
            var effect => effect == SameShape,
        };
}
