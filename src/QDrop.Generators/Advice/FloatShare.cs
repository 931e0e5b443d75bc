using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using QDrop.Generators.Diagnostics;
using QDrop.Generators.Gathering;
using QDrop.Generators.Mappings;
using QDrop.Generators.Models;

namespace QDrop.Generators.Advice;

/// <summary>
/// Finds the share of a model's weights that <c>[FullPrecision]</c> leaves float. It is known only if every layer is
/// created once, in an initializer or straight in a constructor, with constants. For any other model nothing is
/// reported, and the calibration counts what is computed.
/// </summary>
internal sealed class FloatShare
{
    private readonly IReadOnlyList<INamedTypeSymbol> _modules;
    private readonly AnalysisContext _context;
    private readonly HashSet<INamedTypeSymbol> _open = new(SymbolEqualityComparer.Default);
    private readonly Dictionary<SyntaxReference, double> _float = [];
    private double _all;
    private bool _isUncertain;

    private FloatShare(IReadOnlyList<INamedTypeSymbol> modules, AnalysisContext context)
    {
        _modules = modules;
        _context = context;
    }

    /// <param name="model">The model.</param>
    /// <param name="modules">The module classes that it reaches.</param>
    /// <param name="methods">Methods elsewhere that create modules for it.</param>
    /// <param name="context">The analysis.</param>
    public static void Check(
        INamedTypeSymbol model,
        IReadOnlyList<INamedTypeSymbol> modules,
        IReadOnlyList<IMethodSymbol> methods,
        AnalysisContext context)
    {
        bool isMadeElsewhere = methods.Any(method =>
            !modules.Contains(method.ContainingType.OriginalDefinition, SymbolEqualityComparer.Default));
        if (isMadeElsewhere
            || !modules.Any(module => module.GetMembers().Prepend(module).Any(part => MarkOf(part) is not null)))
            return;
        var share = new FloatShare(modules, context);
        share.Count(model, null);
        double left = share._float.Values.Sum();
        if (share._isUncertain || share._all == 0 || left * 2 < share._all)
            return;
        SyntaxReference largest = share._float.OrderByDescending(mark => mark.Value).First().Key;
        context.Report(
            Rules.MostlyFloat,
            LocationInfo.Of(context.SyntaxOf(largest)),
            (left / share._all).ToString("0%", CultureInfo.InvariantCulture),
            model.Name);
    }

    /// <summary>Counts what one module of a class is made of.</summary>
    /// <param name="module">The class.</param>
    /// <param name="mark">The attribute that leaves it float.</param>
    private void Count(INamedTypeSymbol module, SyntaxReference? mark)
    {
        _isUncertain |=
            !_open.Add(module)
            || module.InstanceConstructors.Count(c => !c.IsImplicitlyDeclared) > 1
            || !module.GetMembers().All(IsSetHere);
        if (_isUncertain)
            return;
        if (module.BaseType is { } @base && IsOwn(@base))
            Count(@base.OriginalDefinition, mark);
        foreach (TypeDeclarationSyntax declaration in module
                .DeclaringSyntaxReferences.Select(_context.SyntaxOf)
                .OfType<TypeDeclarationSyntax>())
        {
            SemanticModel semantics = _context.SemanticsOf(declaration.SyntaxTree);
            foreach (ExpressionSyntax node in declaration
                    .DescendantNodes(n => n == declaration || n is not BaseTypeDeclarationSyntax)
                    .OfType<ExpressionSyntax>())
            {
                _context.Cancellation.ThrowIfCancellationRequested();
                if (!_isUncertain
                    && node is InvocationExpressionSyntax or BaseObjectCreationExpressionSyntax
                    && semantics.GetTypeInfo(node, _context.Cancellation).Type is INamedTypeSymbol type
                    && _context.Torch.IsModuleOrInterface(type))
                    CountCreated(node, type, mark ?? MarkAround(node, semantics), semantics);
            }
        }
        _open.Remove(module);
    }

    private void CountCreated(
        ExpressionSyntax creation, INamedTypeSymbol type, SyntaxReference? mark, SemanticModel semantics)
    {
        var method = semantics.GetSymbolInfo(creation, _context.Cancellation).Symbol as IMethodSymbol;
        // What a module gives back of itself, as `to` and `eval` do, is no other module.
        if (method is { IsStatic: false, MethodKind: MethodKind.Ordinary }
            && SymbolEqualityComparer.Default.Equals(
                method.ContainingAssembly, _context.Torch.Module.ContainingAssembly))
            return;
        _isUncertain |= !RunsOnce(creation);
        if (IsOwn(type))
            Count(type.OriginalDefinition, mark ?? (FullPrecision.Holds(type) ? MarkOf(type) : null));
        else if (_context.Layers.WeightsOf(type) is { } weights)
            Add(
                _context.OperationOf(creation) is IInvocationOperation created
                    ? WeightCount.Of(weights, created)
                    : null,
                mark);
        else
            _isUncertain |= !LayerTable.IsTorchSharp(type) || type.IsAbstract;
    }

    private void Add(long? weights, SyntaxReference? mark)
    {
        _isUncertain |= weights is null;
        _all += weights ?? 0;
        if (mark is null)
            return;
        _float.TryGetValue(mark, out double before);
        _float[mark] = before + (weights ?? 0);
    }

    private bool IsOwn(INamedTypeSymbol type) =>
        _modules.Contains(type.OriginalDefinition, SymbolEqualityComparer.Default);

    /// <summary>Whether what a member holds is created in its class: nothing is handed in from elsewhere.</summary>
    private bool IsSetHere(ISymbol member) =>
        member switch
        {
            IFieldSymbol { AssociatedSymbol: null, IsStatic: false } field
                when _context.Torch.IsModuleOrInterface(field.Type) => MemberTypes.ValuesOf(field, _context).Any(),
            IPropertySymbol { IsIndexer: false, IsStatic: false } property
                when _context.Torch.IsModuleOrInterface(property.Type) && ModulePlaces.FieldOf(property) is not null =>
                MemberTypes.ValuesOf(property, _context).Any(),
            IFieldSymbol { IsStatic: true } field => !_context.Torch.IsModuleOrInterface(field.Type),
            IMethodSymbol { MethodKind: MethodKind.Constructor } constructor => !constructor.Parameters.Any(p =>
                _context.Torch.IsModuleOrInterface(p.Type)),
            _ => true,
        };

    /// <summary>The attribute on the member for which something is created.</summary>
    private SyntaxReference? MarkAround(ExpressionSyntax creation, SemanticModel semantics)
    {
        foreach (SyntaxNode? node in creation.Ancestors().TakeWhile(n => n is not BaseTypeDeclarationSyntax))
        {
            ISymbol? set = node switch
            {
                VariableDeclaratorSyntax or PropertyDeclarationSyntax => semantics.GetDeclaredSymbol(
                    node, _context.Cancellation),
                AssignmentExpressionSyntax assignment => semantics
                    .GetSymbolInfo(assignment.Left, _context.Cancellation)
                    .Symbol,
                _ => null,
            };
            // Where a module goes from a local is not followed.
            _isUncertain |= set is ILocalSymbol;
            if (set is IFieldSymbol or IPropertySymbol
                && (MarkOf(set)
                    ?? (set is IPropertySymbol property && ModulePlaces.FieldOf(property) is { } field
                            ? MarkOf(field)
                            : null))
                    is { } mark)
                return mark;
        }
        return null;
    }

    private static SyntaxReference? MarkOf(ISymbol part) =>
        OverrideGatherer.AttributeOf(part, AttributeNames.FullPrecision)?.ApplicationSyntaxReference;

    /// <summary>Whether a module of the class runs the code exactly once, when it is made.</summary>
    private static bool RunsOnce(ExpressionSyntax creation)
    {
        foreach (SyntaxNode node in creation.Ancestors())
        {
            switch (node)
            {
                case FieldDeclarationSyntax or ConstructorDeclarationSyntax or PrimaryConstructorBaseTypeSyntax:
                    return !((node as MemberDeclarationSyntax)?.Modifiers.Any(SyntaxKind.StaticKeyword) ?? false);
                case PropertyDeclarationSyntax property:
                    return property.Initializer is { } initializer && initializer.Span.Contains(creation.Span);
                case BlockSyntax or ExpressionStatementSyntax or ArrowExpressionClauseSyntax or ArgumentListSyntax
                    or ArgumentSyntax or EqualsValueClauseSyntax or VariableDeclaratorSyntax
                    or VariableDeclarationSyntax
                    or AssignmentExpressionSyntax { RawKind: (int)SyntaxKind.SimpleAssignmentExpression }
                    or TupleExpressionSyntax or InvocationExpressionSyntax or BaseObjectCreationExpressionSyntax
                    or MemberAccessExpressionSyntax
                    or ArrayCreationExpressionSyntax or ImplicitArrayCreationExpressionSyntax
                    or InitializerExpressionSyntax or CollectionExpressionSyntax or ExpressionElementSyntax
                    or ParenthesizedExpressionSyntax or CastExpressionSyntax or ConstructorInitializerSyntax:
                    break;
                default:
                    return false;
            }
        }
        return false;
    }
}
