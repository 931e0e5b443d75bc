using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using QDrop.Generators.Diagnostics;
using QDrop.Generators.Gathering;
using QDrop.Generators.Mappings;
using QDrop.Generators.Models;

namespace QDrop.Generators.Advice;

/// <summary>What is worth knowing of a model as a whole. Only what is certain is said.</summary>
internal static class ModelAdvice
{
    /// <param name="model">The model.</param>
    /// <param name="place">Where its attribute stands.</param>
    /// <param name="modules">The module classes that it reaches.</param>
    /// <param name="methods">Methods elsewhere that create modules for it.</param>
    /// <param name="finding">What to work with.</param>
    public static void Check(INamedTypeSymbol model, LocationInfo place, IReadOnlyList<INamedTypeSymbol> modules, IReadOnlyList<IMethodSymbol> methods, Finding finding)
    {
        if (HasNothingToQuantize(modules, methods, finding))
            finding.Report(Rules.NothingToQuantize, place, model.Name);
    }

    /// <summary>
    /// Whether nothing that the code creates, takes or reads can be a layer with weights. Of what comes from other code, or as an abstract
    /// module, nobody knows.
    /// </summary>
    public static bool HasNothingToQuantize(IReadOnlyList<INamedTypeSymbol> modules, IReadOnlyList<IMethodSymbol> methods, Finding finding)
    {
        if (modules.Any(module => !IsOfTorchSharp(module.BaseType, modules, finding)))
            return false;
        foreach (var declaration in modules.Concat<ISymbol>(methods).SelectMany(symbol => symbol.DeclaringSyntaxReferences).Select(finding.SyntaxOf))
        {
            var semantics = finding.SemanticsOf(declaration.SyntaxTree);
            foreach (var node in declaration.DescendantNodesAndSelf())
            {
                finding.Cancellation.ThrowIfCancellationRequested();
                var type = node switch
                {
                    BaseObjectCreationExpressionSyntax or InvocationExpressionSyntax => semantics.GetTypeInfo(node, finding.Cancellation).Type,
                    ParameterSyntax { Type: { } declared } => semantics.GetTypeInfo(declared, finding.Cancellation).Type,
                    SimpleNameSyntax name when IsElsewhere(semantics.GetSymbolInfo(name, finding.Cancellation).Symbol, modules) => semantics.GetTypeInfo(name, finding.Cancellation).Type,
                    _ => null,
                };
                if (type is not null && finding.Torch.IsModuleOrInterface(type) && !IsHarmless(type, modules))
                    return false;
            }
        }
        return true;
    }

    private static bool IsElsewhere(ISymbol? symbol, IReadOnlyList<INamedTypeSymbol> modules) =>
        symbol is IFieldSymbol or IPropertySymbol && !modules.Contains(symbol.ContainingType.OriginalDefinition, SymbolEqualityComparer.Default);

    /// <summary>Whether the type is a known layer without weights, a container, or a module class whose own code is looked at.</summary>
    private static bool IsHarmless(ITypeSymbol type, IReadOnlyList<INamedTypeSymbol> modules) =>
        (LayerTable.IsTorchSharps(type) && !type.IsAbstract && !LayerTable.IsWeighted(type)) || (!type.IsAbstract && modules.Contains(type.OriginalDefinition, SymbolEqualityComparer.Default));

    private static bool IsOfTorchSharp(INamedTypeSymbol? type, IReadOnlyList<INamedTypeSymbol> modules, Finding finding) => type is not null
        && (modules.Contains(type.OriginalDefinition, SymbolEqualityComparer.Default)
            || (SymbolEqualityComparer.Default.Equals(type.ContainingAssembly, finding.Torch.Module.ContainingAssembly) && !LayerTable.IsTorchSharps(type)));
}
