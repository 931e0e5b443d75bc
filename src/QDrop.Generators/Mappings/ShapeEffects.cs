using Microsoft.CodeAnalysis;

namespace QDrop.Generators.Mappings;

/// <summary>Reads what operations and layers do with shapes.</summary>
internal static class ShapeEffects
{
    /// <summary>Tells whether the shape stays.</summary>
    /// <param name="attribute">The attribute of an operation or of layers.</param>
    /// <param name="byKind">Whether it stays by the kind, where the attribute says nothing.</param>
    public static bool Keeps(AttributeData attribute, bool byKind) =>
        (ShapeEffect)(attribute.NamedArguments.FirstOrDefault(a => a.Key == "Shape").Value.Value as int? ?? 0) switch
        {
            ShapeEffect.ByKind => byKind,
            var effect => effect == ShapeEffect.Keeps,
        };
}
