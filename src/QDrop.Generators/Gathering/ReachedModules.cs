using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace QDrop.Generators.Gathering;

/// <summary>
/// The module classes of the compilation that a model may be made of: its own class, base classes, types of fields and
/// properties, and whatever it creates, in its own members or in methods of the compilation that these call.
/// </summary>
internal sealed class ReachedModules(AnalysisContext context)
{
    private readonly HashSet<INamedTypeSymbol> _modules = new(SymbolEqualityComparer.Default);
    private readonly HashSet<IMethodSymbol> _methods = new(SymbolEqualityComparer.Default);
    private readonly Queue<ISymbol> _pending = [];

    private readonly List<ITypeSymbol> _floatTypes = [];
    private readonly List<(SyntaxNode Node, SemanticModel Semantics)> _floatCode = [];

    /// <summary>Whether what only parts with <c>[FullPrecision]</c> are made of is reached now, too.</summary>
    private bool _includesFloat;

    /// <summary>Module classes, and methods outside them, the model first, then by name.</summary>
    /// <param name="Quantized">The module classes that need twins.</param>
    /// <param name="Modules">These, and those of which only parts with <c>[FullPrecision]</c> are made.</param>
    /// <param name="Methods">Methods elsewhere that create modules.</param>
    public readonly record struct Result(
        IReadOnlyList<INamedTypeSymbol> Quantized,
        IReadOnlyList<INamedTypeSymbol> Modules,
        IReadOnlyList<IMethodSymbol> Methods);

    public static Result Of(INamedTypeSymbol model, AnalysisContext context)
    {
        var reached = new ReachedModules(context);
        reached.Add(model);
        reached.VisitPending();
        IReadOnlyList<INamedTypeSymbol> quantized = [.. Sorted()];
        reached._includesFloat = true;
        foreach (ITypeSymbol type in reached._floatTypes)
            reached.Reach(type);
        foreach ((SyntaxNode? node, SemanticModel? semantics) in reached._floatCode)
            reached.Visit(node, semantics);
        reached.VisitPending();
        return new Result(
            quantized,
            reached._modules.Count == quantized.Count ? quantized : [.. Sorted()],
            [.. reached._methods.OrderBy(m => m.ToDisplayString(), System.StringComparer.Ordinal)]);

        IEnumerable<INamedTypeSymbol> Sorted() =>
            reached
                ._modules.OrderBy(m => !SymbolEqualityComparer.Default.Equals(m, model))
                .ThenBy(m => m.ToDisplayString(), System.StringComparer.Ordinal);
    }

    private void VisitPending()
    {
        while (_pending.Count > 0)
            Visit(_pending.Dequeue());
    }

    private void Reach(ITypeSymbol? type)
    {
        switch (type)
        {
            case IArrayTypeSymbol array:
                Reach(array.ElementType);
                break;
            case INamedTypeSymbol named:
                foreach (ITypeSymbol argument in named.TypeArguments)
                    Reach(argument);
                INamedTypeSymbol definition = named.OriginalDefinition;
                if (!IsOwn(definition) || !context.Torch.IsForwardModule(definition))
                    break;
                if (!_includesFloat && FullPrecision.Holds(definition))
                    _floatTypes.Add(definition);
                else
                    Add(definition);
                break;
        }
    }

    private void Add(INamedTypeSymbol module)
    {
        if (!_modules.Add(module))
            return;
        _pending.Enqueue(module);
        Reach(module.BaseType);
    }

    private void Visit(ISymbol symbol)
    {
        if (symbol is INamedTypeSymbol type)
        {
            foreach (ISymbol member in type.GetMembers())
                ReachMember(member);
        }
        foreach (SyntaxReference reference in symbol.DeclaringSyntaxReferences)
        {
            SyntaxNode declaration = context.SyntaxOf(reference);
            Visit(declaration, context.SemanticsOf(declaration.SyntaxTree));
        }
    }

    private void ReachMember(ISymbol member)
    {
        if ((member switch
        {
            IFieldSymbol field => field.Type,
            IPropertySymbol property => property.Type,
            _ => null,
        })
            is not { } type)
            return;
        if (!_includesFloat && FullPrecision.Holds(member))
            _floatTypes.Add(type);
        else
            Reach(type);
    }

    private void Visit(SyntaxNode declaration, SemanticModel semantics)
    {
        HashSet<string> floats = _includesFloat ? [] : FloatMembersAround(declaration, semantics);
        foreach (SyntaxNode node in declaration.DescendantNodesAndSelf(n =>
                n == declaration || (n is not BaseTypeDeclarationSyntax && !IsFloat(n))))
        {
            context.Cancellation.ThrowIfCancellationRequested();
            if (IsFloat(node))
                _floatCode.Add((node, semantics));
            else if (node is BaseObjectCreationExpressionSyntax creation)
                Reach(semantics.GetTypeInfo(creation, context.Cancellation).Type);
            else if (node is InvocationExpressionSyntax invocation
                && semantics.GetSymbolInfo(invocation, context.Cancellation).Symbol is IMethodSymbol method)
                Follow(method);
        }

        // Where a part with the attribute is declared, or set: what is created there is for it.
        bool IsFloat(SyntaxNode node) =>
            floats.Count > 0
            && node switch
            {
                VariableDeclaratorSyntax { Parent.Parent: FieldDeclarationSyntax } variable => floats.Contains(
                    variable.Identifier.ValueText),
                PropertyDeclarationSyntax property => floats.Contains(property.Identifier.ValueText),
                AssignmentExpressionSyntax
                {
                    Left: IdentifierNameSyntax or MemberAccessExpressionSyntax { Expression: ThisExpressionSyntax }
                } assignment => floats.Contains(
                    ((SimpleNameSyntax)(
                            assignment.Left is MemberAccessExpressionSyntax access ? access.Name : assignment.Left))
                        .Identifier
                        .ValueText
                ) && FullPrecision.Holds(semantics.GetSymbolInfo(assignment.Left, context.Cancellation).Symbol),
                _ => false,
            };
    }

    /// <summary>Names of the members with <c>[FullPrecision]</c> of the class that is declared there.</summary>
    private HashSet<string> FloatMembersAround(SyntaxNode declaration, SemanticModel semantics)
    {
        var names = new HashSet<string>();
        if (declaration is not TypeDeclarationSyntax)
            return names;
        for (var type = semantics.GetDeclaredSymbol(declaration, context.Cancellation) as INamedTypeSymbol;
            type is not null && IsOwn(type.OriginalDefinition);
            type = type.BaseType)
            names.UnionWith(
                type.GetMembers()
                    .Where(member => (member is IFieldSymbol or IPropertySymbol) && FullPrecision.Holds(member))
                    .Select(member => member.Name));
        return names;
    }

    private void Follow(IMethodSymbol method)
    {
        foreach (ITypeSymbol argument in method.TypeArguments)
            Reach(argument);
        IMethodSymbol definition = (method.ReducedFrom ?? method).OriginalDefinition;
        if (IsOwn(definition)
            && definition.MethodKind != MethodKind.LocalFunction
            && !_modules.Contains(definition.ContainingType)
            && _methods.Add(definition))
            _pending.Enqueue(definition);
    }

    private bool IsOwn(ISymbol symbol) =>
        SymbolEqualityComparer.Default.Equals(symbol.ContainingAssembly, context.Compilation.Assembly)
        && !symbol.DeclaringSyntaxReferences.IsEmpty;
}
