using Microsoft.CodeAnalysis;
using QDrop.Generators.Mappings;

namespace QDrop.Generators.Gathering;

/// <summary>
/// What <c>[FullPrecision]</c> leaves float: it is called as it is, so that it needs no twin and nothing has to be
/// known of it.
/// </summary>
internal static class FullPrecision
{
    /// <summary>Whether a field or property, or a class or a class from which it derives, has the attribute.</summary>
    public static bool Holds(ISymbol? part)
    {
        if (part is not ITypeSymbol type)
            return part is not null
                && (HasAttribute(part.OriginalDefinition)
                    || (OtherOf(part.OriginalDefinition) is { } other && HasAttribute(other)));
        for (ITypeSymbol? current = type; current is not null; current = current.BaseType)
        {
            if (HasAttribute(current.OriginalDefinition))
                return true;
        }
        return false;
    }

    /// <summary>Whether what is called, a module by its expression and type, stays float.</summary>
    public static bool Holds(IOperation module, ITypeSymbol type) =>
        Holds(type) || Holds(ModulePlaces.HolderOf(module));

    /// <summary>The field behind a property, or the property before a field.</summary>
    private static ISymbol? OtherOf(ISymbol member) =>
        member is IPropertySymbol property
            ? ModulePlaces.FieldOf(property)
            : (member as IFieldSymbol)?.AssociatedSymbol;

    private static bool HasAttribute(ISymbol symbol) =>
        symbol
            .GetAttributes()
            .Any(attribute => attribute.AttributeClass?.ToDisplayString() == AttributeNames.FullPrecision);
}
