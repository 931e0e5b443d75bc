using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using QDrop.Generators.Advice;
using QDrop.Generators.Helpers;
using QDrop.Generators.Mappings;
using QDrop.Generators.Models;

namespace QDrop.Generators.Analysis;

/// <summary>
/// Every diagnostic of the models of one compilation, by the declaration in which it lies: computed when first asked
/// for, each once, however many models reach the place.
/// </summary>
internal sealed class CompilationDiagnostics
{
    private static readonly ConditionalWeakTable<Compilation, CompilationDiagnostics> Found = new();

    private readonly object _lock = new();
    private readonly System.WeakReference<Compilation> _compilation;
    private Dictionary<(SyntaxTree Tree, TextSpan Span), List<Diagnostic>>? _byDeclaration;

    private CompilationDiagnostics(Compilation compilation) =>
        _compilation = new System.WeakReference<Compilation>(compilation);

    public static CompilationDiagnostics Of(Compilation compilation) =>
        Found.GetValue(compilation, static c => new CompilationDiagnostics(c));

    /// <summary>Gets the diagnostics in a declaration of a type, without those in types nested in it.</summary>
    public IReadOnlyList<Diagnostic> In(SyntaxReference declaration, CancellationToken cancellation)
    {
        Dictionary<(SyntaxTree Tree, TextSpan Span), List<Diagnostic>>? byDeclaration = Volatile.Read(
            ref _byDeclaration);
        if (byDeclaration is null)
        {
            // Not Lazy<T>, which would keep a cancellation for good.
            lock (_lock)
            {
                byDeclaration =
                    _byDeclaration
                    ?? (_compilation.TryGetTarget(out Compilation? compilation)
                            ? Compute(compilation, cancellation)
                            : []);
                Volatile.Write(ref _byDeclaration, byDeclaration);
            }
        }
        return byDeclaration.TryGetValue((declaration.SyntaxTree, declaration.Span), out List<Diagnostic>? found)
            ? found
            : [];
    }

    private static Dictionary<(SyntaxTree Tree, TextSpan Span), List<Diagnostic>> Compute(
        Compilation compilation, CancellationToken cancellation)
    {
        var byDeclaration = new Dictionary<(SyntaxTree, TextSpan), List<Diagnostic>>();
        var seen = new HashSet<DiagnosticInfo>();
        var reached = new HashSet<string>();
        bool isComplete = true;
        var outcomes = AttributedDeclarations
            .Of(AttributeNames.Quantize, compilation, cancellation)
            .Select(found =>
                (found.Declaration, Outcome: OutcomeCache.Shared.Of(found.Declaration, compilation, cancellation)))
            .ToList();
        var models = new HashSet<string>(
            ModelOutcome.Models([.. outcomes.Select(o => o.Outcome)]).Select(model => model.Name));
        foreach ((TypeDeclarationSyntax? declaration, ModelOutcome? outcome) in outcomes.Where(o =>
                models.Contains(o.Outcome.Name)))
        {
            reached.UnionWith(outcome.Reached);
            isComplete &= outcome.Reached.Count > 0;
            foreach (DiagnosticInfo info in outcome.Diagnostics)
                Add(info, declaration);
            if (GeneratedElsewhere.Find(outcome, compilation, cancellation) is { } unseen)
                Add(unseen, declaration);
        }
        if (!isComplete)
            return byDeclaration; // The classes that a model reaches are not known before the model is a module.
        foreach ((
                TypeDeclarationSyntax? declaration,
                INamedTypeSymbol? type,
                AttributeSyntax? attribute) in AttributedDeclarations
                .Of(AttributeNames.QuantizationBlock, compilation, cancellation)
                .Where(found => IsUnreached(found.Type)))
            Add(BlockAdvice.Unreached(type, attribute), declaration);
        foreach ((
                TypeDeclarationSyntax? declaration,
                INamedTypeSymbol? type,
                AttributeSyntax? attribute) in AttributedDeclarations
                .Of(AttributeNames.FullPrecision, compilation, cancellation)
                .Where(found => IsUnreached(found.Type)))
            Add(OverrideAdvice.Unreached(type, AttributeNames.FullPrecision, attribute), declaration);
        foreach (string? name in new[]
            {
                AttributeNames.Quantize,
                AttributeNames.FullPrecision,
                AttributeNames.QuantizationBlock,
            })
        {
            foreach ((
                    TypeDeclarationSyntax? declaration,
                    ISymbol? member,
                    AttributeSyntax? attribute) in AttributedDeclarations
                    .Members(name, compilation, cancellation)
                    .Where(found => IsUnreached(found.Member.ContainingType)))
                Add(OverrideAdvice.Unreached(member, name, attribute), declaration);
        }
        return byDeclaration;

        bool IsUnreached(INamedTypeSymbol type) => !reached.Contains(SymbolNames.FullName(type));

        void Add(DiagnosticInfo info, TypeDeclarationSyntax otherwise)
        {
            if (!seen.Add(info) || info.Location.TreeIn(compilation, cancellation) is not { } tree)
                return;
            TypeDeclarationSyntax home = DeclarationAround(tree, info.Location.Span, cancellation) ?? otherwise;
            (SyntaxTree SyntaxTree, TextSpan Span) key = (home.SyntaxTree, home.Span);
            if (!byDeclaration.TryGetValue(key, out List<Diagnostic>? list))
                byDeclaration.Add(key, list = []);
            list.Add(info.ToDiagnostic(Location.Create(tree, info.Location.Span)));
        }
    }

    private static TypeDeclarationSyntax? DeclarationAround(
        SyntaxTree tree, TextSpan span, CancellationToken cancellation) =>
        tree.GetRoot(cancellation)
            .FindToken(span.Start)
            .Parent?.AncestorsAndSelf()
            .OfType<TypeDeclarationSyntax>()
            .FirstOrDefault();
}
