using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace QDrop.Generators.Gathering;

/// <summary>
/// What a model's code reads outside of it: fields, properties, methods and constructors of other types of the
/// compilation, with all that these read in turn, and constants.
/// </summary>
/// <remarks>
/// Members are followed by their names, so an override that a virtual call reaches, and values of another assembly that
/// are no constants, are not seen.
/// </remarks>
internal sealed class ReachedValues
{
    private readonly AnalysisContext _context;
    private readonly HashSet<ISymbol> _code;
    private readonly HashSet<ISymbol> _members = new(SymbolEqualityComparer.Default);
    private readonly SortedSet<string> _constants = new(StringComparer.Ordinal);
    private readonly Queue<ISymbol> _pending;

    private ReachedValues(IEnumerable<ISymbol> code, AnalysisContext context)
    {
        _context = context;
        _code = new(code, SymbolEqualityComparer.Default);
        _pending = new(_code);
    }

    /// <summary>Members of the compilation, by name, and constants with their values.</summary>
    public readonly record struct Result(IReadOnlyList<ISymbol> Members, IReadOnlyCollection<string> Constants);

    /// <param name="code">The model's classes and methods, whose declarations are known already.</param>
    /// <param name="context">The analysis.</param>
    public static Result Of(IEnumerable<ISymbol> code, AnalysisContext context)
    {
        var reached = new ReachedValues(code, context);
        while (reached._pending.Count > 0)
        {
            ISymbol symbol = reached._pending.Dequeue();
            foreach (SyntaxNode part in Declarations(symbol, context))
                reached.Visit(part, symbol, context.SemanticsOf(part.SyntaxTree));
        }
        return new Result(
            [.. reached._members.OrderBy(static m => m.ToDisplayString(), StringComparer.Ordinal)],
            reached._constants);
    }

    /// <summary>
    /// What declares a symbol. A primary constructor is declared by a whole class, of which the parameters are its own.
    /// </summary>
    public static IEnumerable<SyntaxNode> Declarations(ISymbol symbol, AnalysisContext context) =>
        symbol
            .DeclaringSyntaxReferences.Concat(ImplementationOf(symbol)?.DeclaringSyntaxReferences ?? [])
            .Select(context.SyntaxOf)
            .SelectMany(node => (symbol, node) switch
            {
                (IMethodSymbol, TypeDeclarationSyntax type) =>
                    new SyntaxNode?[] { type.ParameterList, type.BaseList }.OfType<SyntaxNode>(),
                _ => [node],
            });

    private static ISymbol? ImplementationOf(ISymbol symbol) => symbol switch
    {
        IMethodSymbol method => method.PartialImplementationPart,
        IPropertySymbol property => property.PartialImplementationPart,
        _ => null,
    };

    private void Visit(SyntaxNode declaration, ISymbol declared, SemanticModel semantics)
    {
        foreach (SyntaxNode node in declaration.DescendantNodesAndSelf(static n => n is not AttributeListSyntax))
        {
            _context.Cancellation.ThrowIfCancellationRequested();
            bool mayReach = node is SimpleNameSyntax name
                ? name.Parent is not (NameColonSyntax { Parent: not SubpatternSyntax } or QualifiedNameSyntax)
                    && !StandsForOwn(name, declaration, declared)
                : node
                    is BaseObjectCreationExpressionSyntax
                        or ConstructorInitializerSyntax
                        or ElementAccessExpressionSyntax
                        or ElementBindingExpressionSyntax
                        or ImplicitElementAccessSyntax
                        or BinaryExpressionSyntax
                        or PrefixUnaryExpressionSyntax
                        or CastExpressionSyntax;
            // o is Limit, where Limit is a constant
            SyntaxNode asked = node is BinaryExpressionSyntax { RawKind: (int)SyntaxKind.IsExpression } test
                ? test.Right
                : node;
            if (mayReach && semantics.GetSymbolInfo(asked, _context.Cancellation).Symbol is { } symbol)
                Reach(symbol);
        }
    }

    /// <summary>
    /// Whether the grammar alone tells that a name stands for a type, for a parameter of the method around it, or for a
    /// member of the model's class around it. Most names do, and to ask the compiler takes far longer.
    /// </summary>
    private static bool StandsForOwn(SimpleNameSyntax name, SyntaxNode declaration, ISymbol declared)
    {
        if (SyntaxFacts.IsInTypeOnlyContext(name))
            return true;
        string text = name.Identifier.ValueText;
        switch (name.Parent)
        {
            // A member of something else, or a method that may be another one than what has its name here.
            case MemberAccessExpressionSyntax access when access.Name == name:
            case MemberBindingExpressionSyntax or InvocationExpressionSyntax or NameColonSyntax:
            case AssignmentExpressionSyntax { Parent: InitializerExpressionSyntax }:
                return false;
        }
        for (SyntaxNode? around = name.Parent; around is not null && around != declaration.Parent;
            around = around.Parent)
        {
            switch (around)
            {
                // Parameters are not in scope in defaults, nor is the class in what a pattern looks at.
                case ParameterSyntax or BaseExpressionColonSyntax:
                    return false;
                case BaseMethodDeclarationSyntax method
                    when method.ParameterList.Parameters.Any(p => p.Identifier.ValueText == text):
                    return true;
                case TypeDeclarationSyntax:
                    return around == declaration
                        && declared is INamedTypeSymbol own
                        && own.GetMembers(text).Any(static m => m is IFieldSymbol or IPropertySymbol);
            }
        }
        return false;
    }

    private void Reach(ISymbol symbol)
    {
        if (symbol is not (IFieldSymbol or IPropertySymbol or IMethodSymbol)
            || symbol is IMethodSymbol { MethodKind: MethodKind.LocalFunction }
            || symbol.ContainingType is not { } type)
            return;
        if (symbol is IFieldSymbol { HasConstantValue: true } constant)
        {
            _constants.Add($"{symbol.ToDisplayString()} = {Text(constant.ConstantValue)}");
            return;
        }
        if (!SymbolEqualityComparer.Default.Equals(symbol.ContainingAssembly, _context.Compilation.Assembly))
            return;
        Add(symbol is IMethodSymbol method ? method.ReducedFrom ?? method : symbol);
        // A constructor calls that of its base class, also where nothing says so.
        if (symbol is IMethodSymbol { MethodKind: MethodKind.Constructor })
        {
            for (INamedTypeSymbol? @base = type.BaseType;
                @base is not null && SymbolEqualityComparer.Default.Equals(
                    @base.ContainingAssembly, _context.Compilation.Assembly);
                @base = @base.BaseType)
            {
                foreach (IMethodSymbol constructor in @base.InstanceConstructors.Where(c => c.Parameters.IsEmpty))
                    Add(constructor);
            }
        }
        // The initial values of an object's members, and what a static constructor sets, belong to no name.
        if (symbol.IsStatic)
            foreach (IMethodSymbol constructor in type.StaticConstructors)
                Add(constructor);
    }

    private void Add(ISymbol symbol)
    {
        ISymbol definition = symbol.OriginalDefinition;
        if (!_code.Contains(definition.ContainingType) && !_code.Contains(definition) && _members.Add(definition))
            _pending.Enqueue(definition);
    }

    /// <summary>Numbers bit by bit: their text is another one on .NET Framework.</summary>
    private static string Text(object? value) =>
        value switch
        {
            double number => Text(BitConverter.DoubleToInt64Bits(number)),
            float number => Text((double)number),
            IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
            _ => value?.ToString() ?? "null",
        };
}
