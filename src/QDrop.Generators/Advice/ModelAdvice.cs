using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using QDrop.Generators.Diagnostics;
using QDrop.Generators.Gathering;
using QDrop.Generators.Mappings;
using QDrop.Generators.Models;

namespace QDrop.Generators.Advice;

/// <summary>Reports what is worth knowing about a model as a whole, where it is certain.</summary>
internal static class ModelAdvice
{
    /// <param name="model">The model.</param>
    /// <param name="place">Where its attribute stands.</param>
    /// <param name="modules">The module classes that it reaches.</param>
    /// <param name="methods">Methods elsewhere that create modules for it.</param>
    /// <param name="context">The analysis.</param>
    public static void Check(
        INamedTypeSymbol model,
        LocationInfo place,
        IReadOnlyList<INamedTypeSymbol> modules,
        IReadOnlyList<IMethodSymbol> methods,
        AnalysisContext context)
    {
        if (HasNothingToQuantize(modules, methods, context))
            context.Report(Rules.NothingToQuantize, place, model.Name);
    }

    /// <summary>
    /// Tells whether nothing that the code creates, takes or reads can be a layer with weights. What comes from other
    /// code, or as an abstract module, can be one.
    /// </summary>
    public static bool HasNothingToQuantize(
        IReadOnlyList<INamedTypeSymbol> modules, IReadOnlyList<IMethodSymbol> methods, AnalysisContext context)
    {
        if (modules.Any(module => !IsOfTorchSharp(module.BaseType, modules, context) || HasParameter(module)))
            return false;
        foreach (SyntaxNode? declaration in modules
                .Concat<ISymbol>(methods)
                .SelectMany(symbol => symbol.DeclaringSyntaxReferences)
                .Select(context.SyntaxOf))
        {
            SemanticModel semantics = context.SemanticsOf(declaration.SyntaxTree);
            foreach (SyntaxNode node in declaration.DescendantNodesAndSelf())
            {
                context.Cancellation.ThrowIfCancellationRequested();
                ITypeSymbol? type = node switch
                {
                    BaseObjectCreationExpressionSyntax or InvocationExpressionSyntax => semantics
                        .GetTypeInfo(node, context.Cancellation)
                        .Type,
                    ParameterSyntax { Type: { } declared } => semantics
                        .GetTypeInfo(declared, context.Cancellation)
                        .Type,
                    SimpleNameSyntax name
                        when IsElsewhere(semantics.GetSymbolInfo(name, context.Cancellation).Symbol, modules) =>
                        semantics.GetTypeInfo(name, context.Cancellation).Type,
                    _ => null,
                };
                if (type is not null && context.Torch.IsModuleOrInterface(type) && !IsHarmless(type, modules, context))
                    return false;
            }
        }
        return true;
    }

    /// <summary>Whether the module has weights of its own, which it may multiply with itself.</summary>
    private static bool HasParameter(INamedTypeSymbol module) => module.GetMembers().Any(member =>
        member switch { IFieldSymbol field => field.Type, IPropertySymbol property => property.Type, _ => null }
            is { Name: "Parameter" } type && LayerTable.IsTorchSharp(type));

    private static bool IsElsewhere(ISymbol? symbol, IReadOnlyList<INamedTypeSymbol> modules) =>
        symbol is IFieldSymbol or IPropertySymbol
        && !modules.Contains(symbol.ContainingType.OriginalDefinition, SymbolEqualityComparer.Default);

    /// <summary>
    /// Whether the type is a known layer without weights, a container, or a module class whose own code is looked at.
    /// </summary>
    private static bool IsHarmless(
        ITypeSymbol type, IReadOnlyList<INamedTypeSymbol> modules, AnalysisContext context) =>
        (LayerTable.IsTorchSharp(type) && !type.IsAbstract && !context.Layers.IsWeighted(type))
        || (!type.IsAbstract && modules.Contains(type.OriginalDefinition, SymbolEqualityComparer.Default));

    private static bool IsOfTorchSharp(
        INamedTypeSymbol? type, IReadOnlyList<INamedTypeSymbol> modules, AnalysisContext context) =>
        type is not null
        && (modules.Contains(type.OriginalDefinition, SymbolEqualityComparer.Default)
            || (SymbolEqualityComparer.Default.Equals(type.ContainingAssembly, context.Torch.Module.ContainingAssembly)
                && !LayerTable.IsTorchSharp(type)));
}
