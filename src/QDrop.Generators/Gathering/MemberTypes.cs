using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace QDrop.Generators.Gathering;

/// <summary>
/// What a member is, where its declaration says only <c>Module&lt;Tensor, Tensor&gt;</c>: the type of what the class
/// assigns to it, if that is always the same. For documentation; what runs is decided by the modules themselves.
/// </summary>
internal static class MemberTypes
{
    public static ITypeSymbol Of(IOperation receiver, INamedTypeSymbol module, AnalysisContext context)
    {
        while (receiver is IConversionOperation conversion)
            receiver = conversion.Operand;
        ITypeSymbol declared = receiver.Type!;
        if (receiver is not (IFieldReferenceOperation or IPropertyReferenceOperation { Arguments.Length: 0 }))
            return declared;
        return Of(((IMemberReferenceOperation)receiver).Member, declared, module, context);
    }

    public static ITypeSymbol Of(ISymbol member, ITypeSymbol declared, INamedTypeSymbol module, AnalysisContext context)
    {
        if (!declared.IsAbstract && declared.TypeKind != TypeKind.Interface)
            return declared;

        ITypeSymbol? assigned = null;
        foreach ((ExpressionSyntax? value, SemanticModel? semantics) in ValuesOf(member, context))
        {
            ITypeSymbol? type = semantics.GetTypeInfo(value, context.Cancellation).Type;
            if (type is null || (assigned is not null && !SymbolEqualityComparer.Default.Equals(assigned, type)))
                return declared;
            assigned = type;
        }
        return assigned ?? declared;
    }

    /// <summary>What the class of a member sets it to.</summary>
    public static IEnumerable<(ExpressionSyntax Value, SemanticModel Semantics)> ValuesOf(
        ISymbol member, AnalysisContext context)
    {
        foreach (SyntaxReference reference in member.ContainingType.DeclaringSyntaxReferences)
        {
            SyntaxNode declaration = context.SyntaxOf(reference);
            SemanticModel semantics = context.SemanticsOf(declaration.SyntaxTree);
            foreach (ExpressionSyntax value in declaration.DescendantNodes().Select(ValueOf).OfType<ExpressionSyntax>())
            {
                // The name first: every question to the compiler costs.
                if (TargetName(value) == member.Name
                    && SymbolEqualityComparer.Default.Equals(
                        TargetOf(value, semantics)?.OriginalDefinition, member.OriginalDefinition))
                    yield return (value, semantics);
            }
        }
    }

    private static ExpressionSyntax? ValueOf(SyntaxNode node) => node switch
    {
        AssignmentExpressionSyntax assignment => assignment.Right,
        VariableDeclaratorSyntax { Initializer: { } initializer } => initializer.Value,
        PropertyDeclarationSyntax { Initializer: { } initializer } => initializer.Value,
        _ => null,
    };

    private static string? TargetName(ExpressionSyntax value) => value.Parent switch
    {
        AssignmentExpressionSyntax { Left: IdentifierNameSyntax name } => name.Identifier.ValueText,
        AssignmentExpressionSyntax { Left: MemberAccessExpressionSyntax access } => access.Name.Identifier.ValueText,
        EqualsValueClauseSyntax { Parent: VariableDeclaratorSyntax declarator } => declarator.Identifier.ValueText,
        EqualsValueClauseSyntax { Parent: PropertyDeclarationSyntax property } => property.Identifier.ValueText,
        _ => null,
    };

    private static ISymbol? TargetOf(ExpressionSyntax value, SemanticModel semantics) => value.Parent switch
    {
        AssignmentExpressionSyntax assignment => semantics.GetSymbolInfo(assignment.Left).Symbol,
        EqualsValueClauseSyntax { Parent: { } declarator } => semantics.GetDeclaredSymbol(declarator),
        _ => null,
    };
}
