using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace QDrop.Generators.Gathering;

/// <summary>
/// The module classes of the compilation that a model may be made of: its own class, base classes, types of fields and properties, and
/// whatever it creates, in its own members or in methods of the compilation that these call.
/// </summary>
internal sealed class ReachedModules(Finding finding)
{
    private readonly HashSet<INamedTypeSymbol> _modules = new(SymbolEqualityComparer.Default);
    private readonly HashSet<IMethodSymbol> _methods = new(SymbolEqualityComparer.Default);
    private readonly Queue<ISymbol> _pending = [];

    /// <summary>Classes and methods outside them, the model first, then by name.</summary>
    public static (IReadOnlyList<INamedTypeSymbol> Modules, IReadOnlyList<IMethodSymbol> Methods) Of(INamedTypeSymbol model, Finding finding)
    {
        var reached = new ReachedModules(finding);
        reached.Reach(model);
        while (reached._pending.Count > 0)
            reached.Visit(reached._pending.Dequeue());
        return (
            [.. reached._modules.OrderBy(m => !SymbolEqualityComparer.Default.Equals(m, model)).ThenBy(m => m.ToDisplayString(), System.StringComparer.Ordinal)],
            [.. reached._methods.OrderBy(m => m.ToDisplayString(), System.StringComparer.Ordinal)]);
    }

    private void Reach(ITypeSymbol? type)
    {
        switch (type)
        {
            case IArrayTypeSymbol array:
                Reach(array.ElementType);
                break;
            case INamedTypeSymbol named:
                foreach (var argument in named.TypeArguments)
                    Reach(argument);
                var definition = named.OriginalDefinition;
                if (IsOwn(definition) && finding.Torch.IsForwardModule(definition) && _modules.Add(definition))
                {
                    _pending.Enqueue(definition);
                    Reach(definition.BaseType);
                }
                break;
        }
    }

    private void Visit(ISymbol symbol)
    {
        if (symbol is INamedTypeSymbol type)
        {
            foreach (var member in type.GetMembers())
                Reach(member switch { IFieldSymbol field => field.Type, IPropertySymbol property => property.Type, _ => null });
        }
        foreach (var reference in symbol.DeclaringSyntaxReferences)
        {
            var declaration = finding.SyntaxOf(reference);
            var semantics = finding.SemanticsOf(declaration.SyntaxTree);
            foreach (var node in declaration.DescendantNodes(n => n == declaration || n is not BaseTypeDeclarationSyntax))
            {
                finding.Cancellation.ThrowIfCancellationRequested();
                if (node is BaseObjectCreationExpressionSyntax creation)
                    Reach(semantics.GetTypeInfo(creation, finding.Cancellation).Type);
                else if (node is InvocationExpressionSyntax invocation && semantics.GetSymbolInfo(invocation, finding.Cancellation).Symbol is IMethodSymbol method)
                    Follow(method);
            }
        }
    }

    private void Follow(IMethodSymbol method)
    {
        foreach (var argument in method.TypeArguments)
            Reach(argument);
        var definition = (method.ReducedFrom ?? method).OriginalDefinition;
        if (IsOwn(definition) && definition.MethodKind != MethodKind.LocalFunction && !_modules.Contains(definition.ContainingType) && _methods.Add(definition))
            _pending.Enqueue(definition);
    }

    private bool IsOwn(ISymbol symbol) => SymbolEqualityComparer.Default.Equals(symbol.ContainingAssembly, finding.Compilation.Assembly) && !symbol.DeclaringSyntaxReferences.IsEmpty;
}
