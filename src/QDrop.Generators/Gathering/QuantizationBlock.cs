using Microsoft.CodeAnalysis;
using QDrop.Generators.Mappings;

namespace QDrop.Generators.Gathering;

/// <summary>What <c>[QuantizationBlock]</c> says of a class, or of the module in a field or property.</summary>
internal static class QuantizationBlock
{
    public static AttributeData? AttributeOf(ISymbol part) =>
        OverrideGatherer.AttributeOf(part, AttributeNames.QuantizationBlock);

    /// <summary>
    /// Whether the module is one unit of reconstruction; <see langword="null"/> where nothing is said.
    /// </summary>
    public static bool? Of(ISymbol part) => AttributeOf(part) is { } attribute ? IsBlock(attribute) : null;

    /// <summary>Does the same for a property and the field behind it: either may have the attribute.</summary>
    public static bool? OfMember(ISymbol member) =>
        Of(member.OriginalDefinition)
        ?? (member.OriginalDefinition is IPropertySymbol property && ModulePlaces.FieldOf(property) is { } field
                ? Of(field)
                : null);

    public static bool IsBlock(AttributeData attribute) =>
        attribute.ConstructorArguments.Length == 0 || attribute.ConstructorArguments[0].Value is not false;
}
