using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using QDrop.Generators.Gathering;
using QDrop.Generators.Mappings;
using QDrop.Generators.Models;

namespace QDrop.Generators.Analysis;

/// <summary>
/// The last results of the analysis of each model, so that an edit that cannot change them costs nothing. The compiler
/// asks for every model after every keystroke, because an edit elsewhere may change what a model means.
/// </summary>
/// <remarks>
/// An outcome depends on the files that the analysis has read and on <see cref="CompilationKey"/>, nothing else. It
/// hangs on the model's syntax tree and refers to other trees weakly: nothing lives longer for it.
/// </remarks>
/// <param name="analyse">The analysis of a model.</param>
internal sealed class OutcomeCache(Func<TypeDeclarationSyntax, AnalysisContext, ModelOutcome> analyse)
{
    /// <summary>
    /// How many outcomes of a model are kept: one for the generator, one for analyzers, which see the files of other
    /// generators, and those before the last edit.
    /// </summary>
    private const int Kept = 4;

    /// <summary>What the generator and the analyzers share.</summary>
    public static OutcomeCache Shared { get; } = new(ModelAnalysis.Analyse);

    private readonly ConditionalWeakTable<SyntaxTree, FileOutcomes> _files = new();

    /// <summary>
    /// The outcome for the model declared there, from the compilation's sources without what this generator has
    /// written.
    /// </summary>
    public ModelOutcome Of(TypeDeclarationSyntax declaration, Compilation compilation, CancellationToken cancellation)
    {
        Compilation sources = GeneratedSources.Without(compilation);
        string key = CompilationKey.Of(sources, cancellation);
        FileOutcomes outcomes = _files.GetValue(declaration.SyntaxTree, static _ => new FileOutcomes());
        if (outcomes.Find(declaration.SpanStart, key, sources) is { } known)
            return known;
        if (TorchTypes.Find(sources) is not { } torch)
            return ModelOutcome.Nothing;
        var context = new AnalysisContext(sources, torch, cancellation);
        ModelOutcome outcome = analyse(declaration, context);
        outcomes.Keep(
            declaration.SpanStart,
            new Entry(
                key,
                [.. context.Read.Where(t => t != declaration.SyntaxTree).Select(t => new WeakReference<SyntaxTree>(t))],
                outcome));
        return outcome;
    }

    /// <param name="Key">The compilation, as far as it decides what code means.</param>
    /// <param name="Read">The files that the analysis has read, apart from the model's own.</param>
    /// <param name="Outcome">Its result.</param>
    private sealed record Entry(string Key, ImmutableArray<WeakReference<SyntaxTree>> Read, ModelOutcome Outcome)
    {
        public bool IsFor(string key, Compilation compilation) =>
            string.Equals(Key, key, StringComparison.Ordinal)
            && Read.All(reference =>
                reference.TryGetTarget(out SyntaxTree? tree) && compilation.ContainsSyntaxTree(tree));
    }

    /// <summary>The last outcomes of the models of one file, newest first, by where they begin.</summary>
    private sealed class FileOutcomes
    {
        private readonly Dictionary<int, ImmutableArray<Entry>> _entries = [];

        public ModelOutcome? Find(int start, string key, Compilation compilation)
        {
            ImmutableArray<Entry> entries;
            lock (_entries)
            {
                if (!_entries.TryGetValue(start, out entries))
                    return null;
            }
            return entries.FirstOrDefault(entry => entry.IsFor(key, compilation))?.Outcome;
        }

        public void Keep(int start, Entry entry)
        {
            lock (_entries)
            {
                ImmutableArray<Entry> before = _entries.TryGetValue(start, out ImmutableArray<Entry> entries)
                    ? entries
                    : [];
                _entries[start] = [entry, .. before.Take(Kept - 1)];
            }
        }
    }
}
