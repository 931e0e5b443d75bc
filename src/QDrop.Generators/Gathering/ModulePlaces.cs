using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using QDrop.Generators.Mappings;

namespace QDrop.Generators.Gathering;

/// <summary>Where the modules that a <c>forward</c> calls are kept.</summary>
internal static class ModulePlaces
{
    /// <summary>
    /// The field or property that holds a module, or the collection of which it is an element: <c>blocks</c> for
    /// <c>blocks[i]</c> and for the variable of a <c>foreach</c> over <c>blocks</c>.
    /// </summary>
    public static ISymbol? HolderOf(IOperation module)
    {
        // Every turn goes to another piece of the source, most to a part of the one before.
        for (IOperation? current = module; current is not null;)
        {
            switch (current)
            {
                case IMemberReferenceOperation
                {
                    Member: IFieldSymbol
                    or IPropertySymbol { IsIndexer: false }
                } reference
                    when !IsOfCollection(reference.Member):
                    return reference.Member;
                case IMemberReferenceOperation { Member: IFieldSymbol or IPropertySymbol, Instance: var collection }:
                    current = collection;
                    break;
                case IConversionOperation conversion:
                    current = conversion.Operand;
                    break;
                case ILocalReferenceOperation local:
                    current = CollectionOf(local);
                    break;
                default:
                    return null;
            }
        }
        return null;
    }

    /// <summary>The field behind an automatic property.</summary>
    public static IFieldSymbol? FieldOf(IPropertySymbol property) =>
        property
            .ContainingType.GetMembers()
            .OfType<IFieldSymbol>()
            .FirstOrDefault(field => SymbolEqualityComparer.Default.Equals(field.AssociatedSymbol, property));

    private static bool IsOfCollection(ISymbol member) => LayerTable.IsTorchSharp(member.ContainingType);

    /// <summary>What the variable of a <c>foreach</c> goes through.</summary>
    private static IOperation? CollectionOf(ILocalReferenceOperation variable) =>
        variable.Local.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax() is ForEachStatementSyntax loop
        && loop.Statement.Span.Contains(variable.Syntax.Span)
            ? variable.SemanticModel?.GetOperation(loop.Expression)
            : null;
}
