using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using QDrop.Generators.Gathering;

namespace QDrop.Generators.Lowering;

/// <summary>
/// A method whose source is known: <c>forward</c>, a helper method, a local function, a lambda that a local holds, or
/// the getter of a property.
/// </summary>
internal sealed class MethodBody
{
    private readonly Dictionary<ISymbol, IOperation> _initializers = new(SymbolEqualityComparer.Default);
    private readonly HashSet<ISymbol> _assigned = new(SymbolEqualityComparer.Default);

    private MethodBody(
        IMethodSymbol method, SyntaxNode declaration, SemanticModel semantics, IReadOnlyList<IOperation> statements)
    {
        Method = method;
        Declaration = declaration;
        Semantics = semantics;
        Statements = statements;
        Operations = [.. statements.SelectMany(s => s.DescendantsAndSelf())];
        // What the compiler cannot read, it reports itself.
        IsBroken =
            declaration.GetDiagnostics().Any(d => d.Severity == DiagnosticSeverity.Error)
            || Operations.Any(o => o is IInvalidOperation || o.Type is IErrorTypeSymbol);
        foreach (IOperation operation in Operations)
        {
            if (operation is IVariableDeclaratorOperation declarator
                && declarator.GetVariableInitializer() is { } initializer)
                _initializers[declarator.Symbol] = initializer.Value;
            // head is Head h
            if (operation is IIsPatternOperation
                { Pattern: IDeclarationPatternOperation { DeclaredSymbol: { } declared }, Value: var tested })
                _initializers[declared] = tested;
            foreach (ISymbol target in TargetsOf(operation))
                _assigned.Add(target);
        }
    }

    /// <summary>The method as it is declared, without type arguments.</summary>
    public IMethodSymbol Method { get; }

    /// <summary>What it is called by.</summary>
    public string Name => Declaration is AnonymousFunctionExpressionSyntax
        ? Declaration.FirstAncestorOrSelf<VariableDeclaratorSyntax>()!.Identifier.ValueText
        : Method.Name;

    public SyntaxNode Declaration { get; }

    public SemanticModel Semantics { get; }

    /// <summary>What it does: the statements of its block, or the one that its expression stands for.</summary>
    public IReadOnlyList<IOperation> Statements { get; }

    /// <summary>Everything in it.</summary>
    public IReadOnlyList<IOperation> Operations { get; }

    /// <summary>Whether the compiler has errors to report in it, so that an analysis has nothing to add.</summary>
    public bool IsBroken { get; }

    /// <summary>The code between the braces, or <see langword="null"/>.</summary>
    public BlockSyntax? Block => Declaration switch
    {
        BaseMethodDeclarationSyntax method => method.Body,
        LocalFunctionStatementSyntax function => function.Body,
        AnonymousFunctionExpressionSyntax lambda => lambda.Block,
        AccessorDeclarationSyntax accessor => accessor.Body,
        _ => null,
    };

    /// <summary>The code behind the arrow, or <see langword="null"/>.</summary>
    public ExpressionSyntax? Expression => Declaration switch
    {
        BaseMethodDeclarationSyntax method => method.ExpressionBody?.Expression,
        LocalFunctionStatementSyntax function => function.ExpressionBody?.Expression,
        AnonymousFunctionExpressionSyntax lambda => lambda.ExpressionBody,
        AccessorDeclarationSyntax accessor => accessor.ExpressionBody?.Expression,
        ArrowExpressionClauseSyntax arrow => arrow.Expression,
        _ => null,
    };

    /// <summary>
    /// What a local or a parameter holds all the time, if its declaration says so and nothing is assigned to it.
    /// </summary>
    public IOperation? OnlyValueOf(ISymbol local) =>
        !_assigned.Contains(local) && _initializers.TryGetValue(local, out IOperation? value) ? value : null;

    /// <summary>Locals, parameters and members that it assigns.</summary>
    public IEnumerable<ISymbol> Assigned => _assigned;

    public bool Assigns(ISymbol symbol) => _assigned.Contains(symbol);

    /// <summary>Whether a method is part of another one, whose locals it sees.</summary>
    public static bool IsNested(IMethodSymbol method) =>
        method.MethodKind is MethodKind.LocalFunction or MethodKind.AnonymousFunction;

    /// <summary>The body of a method of the compilation, or <see langword="null"/> where it has none.</summary>
    public static MethodBody? Of(IMethodSymbol method, AnalysisContext context)
    {
        IMethodSymbol definition = (method.PartialImplementationPart ?? method).OriginalDefinition;
        if (definition.DeclaringSyntaxReferences.FirstOrDefault() is not { } reference
            || !context.Compilation.ContainsSyntaxTree(reference.SyntaxTree))
            return null;
        SyntaxNode declaration = context.SyntaxOf(reference);
        SemanticModel semantics = context.SemanticsOf(reference.SyntaxTree);
        IReadOnlyList<IOperation>? statements = context.OperationOf(declaration) switch
        {
            IMethodBodyBaseOperation { BlockBody: { } block } => block.Operations,
            IMethodBodyBaseOperation { ExpressionBody: { } block } => block.Operations,
            ILocalFunctionOperation { Body: { } block } => block.Operations,
            IAnonymousFunctionOperation { Body: { } block } => block.Operations,
            IDelegateCreationOperation { Target: IAnonymousFunctionOperation { Body: { } block } } => block.Operations,
            IBlockOperation block => block.Operations,
            _ => null,
        };
        return statements is null ? null : new MethodBody(definition, declaration, semantics, statements);
    }

    private static IEnumerable<ISymbol> TargetsOf(IOperation operation)
    {
        IOperation? target = operation switch
        {
            IAssignmentOperation assignment => assignment.Target,
            IIncrementOrDecrementOperation increment => increment.Target,
            IArgumentOperation { Parameter.RefKind: RefKind.Ref or RefKind.Out } argument => argument.Value,
            IVariableDeclaratorOperation { Symbol.IsRef: true } declarator => declarator
                .GetVariableInitializer()
                ?.Value,
            _ => null,
        };
        return target is null ? [] : target.DescendantsAndSelf().Select(SymbolOf).OfType<ISymbol>();

        static ISymbol? SymbolOf(IOperation operation) => operation switch
        {
            ILocalReferenceOperation local => local.Local,
            IParameterReferenceOperation parameter => parameter.Parameter,
            IMemberReferenceOperation member => member.Member,
            _ => null,
        };
    }
}
