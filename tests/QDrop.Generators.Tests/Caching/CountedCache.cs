using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using QDrop.Generators.Analysis;
using QDrop.Generators.Models;

namespace QDrop.Generators.Tests.Caching;

/// <summary>A cache of its own that counts the analyses.</summary>
internal sealed class CountedCache
{
    public CountedCache() => Cache = new OutcomeCache((declaration, context) =>
    {
        Analyses.Add(declaration.Identifier.ValueText);
        return ModelAnalysis.Analyse(declaration, context);
    });

    public OutcomeCache Cache { get; }

    /// <summary>The models that were analysed, in order.</summary>
    public List<string> Analyses { get; } = [];

    /// <summary>The outcome for each model of a compilation, by name.</summary>
    public Dictionary<string, ModelOutcome> Of(Compilation compilation) =>
        All(compilation).ToDictionary(m => m.Name, m => m.Outcome);

    /// <summary>The outcome for each declaration of a model, in order.</summary>
    public IReadOnlyList<(string Name, ModelOutcome Outcome)> All(Compilation compilation) =>
        [
            .. compilation
                .SyntaxTrees.SelectMany(tree => tree.GetRoot().DescendantNodes().OfType<ClassDeclarationSyntax>())
                .Where(c => c.AttributeLists.SelectMany(l => l.Attributes).Any(a => a.Name.ToString() == "Quantize"))
                .Select(c => (c.Identifier.ValueText, Cache.Of(c, compilation, CancellationToken.None))),
        ];
}
