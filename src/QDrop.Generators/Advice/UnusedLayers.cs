using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using QDrop.Generators.Diagnostics;
using QDrop.Generators.Gathering;
using QDrop.Generators.Models;

namespace QDrop.Generators.Advice;

/// <summary>
/// Private layers with weights that no <c>forward</c> can reach. It goes by names: whatever might be a use is taken for
/// one.
/// </summary>
internal static class UnusedLayers
{
    /// <summary>Members of <c>Module</c> that hand out its children.</summary>
    private static readonly HashSet<string> Enumerations = ["children", "named_children", "modules", "named_modules"];

    public static void Check(INamedTypeSymbol module, AnalysisContext context)
    {
        var declarations = module
            .DeclaringSyntaxReferences.Select(context.SyntaxOf)
            .OfType<TypeDeclarationSyntax>()
            .ToList();
        ILookup<string, SimpleNameSyntax> names = declarations
            .SelectMany(d => d.DescendantNodes())
            .OfType<SimpleNameSyntax>()
            .ToLookup(name => name.Identifier.ValueText);
        if (Enumerations.Any(names.Contains))
            return;
        foreach (ISymbol? member in module.GetMembers().Where(IsPrivatePlace))
        {
            if (names[member.Name].Any(MayBeUse)
                || member.DeclaringSyntaxReferences.FirstOrDefault() is not { } reference)
                continue;
            if (context.Layers.IsWeighted(MemberTypes.Of(member, TypeOf(member), module, context)))
                context.Report(
                    Rules.UnusedLayer,
                    LocationInfo.Of(Identifier(context.SyntaxOf(reference))),
                    member.Name,
                    MemberTypes.Of(member, TypeOf(member), module, context).Name,
                    module.Name);
        }
    }

    private static bool IsPrivatePlace(ISymbol member) =>
        member
            is { IsImplicitlyDeclared: false, IsStatic: false, DeclaredAccessibility: Accessibility.Private }
                and (IFieldSymbol or IPropertySymbol { IsIndexer: false });

    private static ITypeSymbol TypeOf(ISymbol member) =>
        member is IFieldSymbol field ? field.Type : ((IPropertySymbol)member).Type;

    private static SyntaxToken Identifier(SyntaxNode declaration) => declaration switch
    {
        VariableDeclaratorSyntax declarator => declarator.Identifier,
        PropertyDeclarationSyntax property => property.Identifier,
        _ => declaration.GetFirstToken(),
    };

    /// <summary>
    /// Neither of <c>conv = …</c>, <c>register_module("conv", conv)</c> and, in a constructor, <c>conv.weight</c>
    /// brings the layer into a forward.
    /// </summary>
    private static bool MayBeUse(SimpleNameSyntax name)
    {
        ExpressionSyntax place =
            name.Parent is MemberAccessExpressionSyntax { Expression: ThisExpressionSyntax } own && own.Name == name
                ? own
                : name;
        return place.Parent switch
        {
            AssignmentExpressionSyntax assignment
                when assignment.IsKind(SyntaxKind.SimpleAssignmentExpression) && assignment.Left == place =>
                assignment.Parent is not ExpressionStatementSyntax and not ArrowExpressionClauseSyntax,
            ArgumentSyntax
            {
                Parent.Parent: InvocationExpressionSyntax
                {
                    Expression: SimpleNameSyntax { Identifier.ValueText: "register_module" }
                }
            } => false,
            MemberAccessExpressionSyntax access
                when access.Expression == place && access.Parent is not InvocationExpressionSyntax =>
                place.FirstAncestorOrSelf<ConstructorDeclarationSyntax>() is null
                    || place.FirstAncestorOrSelf<AnonymousFunctionExpressionSyntax>() is not null,
            _ => true,
        };
    }
}
