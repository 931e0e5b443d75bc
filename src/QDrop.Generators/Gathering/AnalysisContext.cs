using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using QDrop.Generators.Diagnostics;
using QDrop.Generators.Helpers;
using QDrop.Generators.Mappings;
using QDrop.Generators.Models;

namespace QDrop.Generators.Gathering;

/// <summary>
/// What the analysis of one model works with; it never leaves the analysis. Syntax and semantic models come from here
/// only, so that it is known which files have been read: an outcome is used again until one of these files, or a
/// declaration anywhere, changes.
/// </summary>
internal sealed class AnalysisContext(Compilation compilation, TorchTypes torch, CancellationToken cancellation)
{
    /// <summary>
    /// How deep code may be nested, in syntax nodes: a hundred calls in one another, or four hundred terms of a sum.
    /// </summary>
    private const int MaxDepth = 400;

    private readonly HashSet<SyntaxTree> _read = [];
    private readonly Dictionary<SyntaxTree, SemanticModel> _semantics = [];

    public Compilation Compilation { get; } = compilation;

    public TorchTypes Torch { get; } = torch;

    public OpsTable Ops { get; } = new(compilation, torch);

    public LayerTable Layers { get; } = LayerTable.Of(compilation);

    public List<DiagnosticInfo> Diagnostics { get; } = [];

    /// <summary>Whether something has been found for which no twin can be written.</summary>
    public bool HasErrors =>
        Diagnostics.Any(diagnostic => Rules.ById(diagnostic.Id).DefaultSeverity == DiagnosticSeverity.Error);

    public CancellationToken Cancellation { get; } = cancellation;

    /// <summary>The files that have been read.</summary>
    public IReadOnlyCollection<SyntaxTree> Read => _read;

    public SyntaxNode SyntaxOf(SyntaxReference reference)
    {
        _read.Add(reference.SyntaxTree);
        return reference.GetSyntax(Cancellation);
    }

    public SemanticModel SemanticsOf(SyntaxTree tree)
    {
        _read.Add(tree);
        // One for each file: a semantic model remembers what it has been asked.
        if (!_semantics.TryGetValue(tree, out SemanticModel? semantics))
            _semantics.Add(tree, semantics = Compilation.GetSemanticModel(tree));
        return semantics;
    }

    /// <summary>What a piece of code does.</summary>
    /// <exception cref="CodeTooDeepException">It is nested too deeply.</exception>
    public IOperation? OperationOf(SyntaxNode node)
    {
        // The compiler does not guard its stack here, as it does elsewhere.
        var open = new Stack<(SyntaxNode Node, int Depth)>([(node, 0)]);
        while (open.Count > 0)
        {
            (SyntaxNode? inner, int depth) = open.Pop();
            if (depth > MaxDepth)
                throw new CodeTooDeepException(
                    inner
                        .AncestorsAndSelf()
                        .TakeWhile(static n => n is not (StatementSyntax or MemberDeclarationSyntax))
                        .OfType<ExpressionSyntax>()
                        .LastOrDefault()
                        ?? inner);
            foreach (SyntaxNode child in inner.ChildNodes())
                open.Push((child, depth + 1));
        }
        return SemanticsOf(node.SyntaxTree).GetOperation(node, Cancellation);
    }

    public void Report(DiagnosticDescriptor rule, LocationInfo location, params string[] arguments) =>
        Diagnostics.Add(DiagnosticInfo.Create(rule, location, arguments));

    /// <summary>Reports what can be fixed.</summary>
    public void Report(
        DiagnosticDescriptor rule, LocationInfo location, FixProperty[] properties, params string[] arguments) =>
        Diagnostics.Add(
            DiagnosticInfo.Create(rule, location, arguments) with
            {
                Properties = properties.ToEquatableArray(),
            });
}
