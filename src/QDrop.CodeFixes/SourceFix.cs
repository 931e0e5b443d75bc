using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Text;

namespace QDrop.CodeFixes;

/// <summary>A change of the text of one file.</summary>
internal readonly record struct FileChange(DocumentId File, TextChange Change);

/// <summary>
/// A fix that is a set of changes of texts, so that the fixes of several diagnostics are the union of their changes.
/// </summary>
public abstract class SourceFix : CodeFixProvider
{
    /// <summary>The rules whose diagnostics it may fix.</summary>
    private protected abstract ImmutableArray<DiagnosticDescriptor> FixedRules { get; }

    /// <inheritdoc/>
    public sealed override ImmutableArray<string> FixableDiagnosticIds => [.. FixedRules.Select(rule => rule.Id)];

    /// <summary>Name of the kind of fix: what is fixed together.</summary>
    internal string Key => GetType().Name;

    /// <inheritdoc/>
    public sealed override FixAllProvider GetFixAllProvider() => FixEvery.Instance;

    /// <inheritdoc/>
    public sealed override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        foreach (Diagnostic diagnostic in context.Diagnostics)
        {
            IReadOnlyList<FileChange> changes = await ChangesAsync(
                    context.Document, diagnostic, context.CancellationToken)
                .ConfigureAwait(false);
            if (changes.Count > 0)
            {
                Solution solution = context.Document.Project.Solution;
                context.RegisterCodeFix(
                    CodeAction.Create(
                        Title(diagnostic), cancellation => ApplyAsync(solution, changes, cancellation), Key),
                    diagnostic);
            }
        }
    }

    /// <summary>What the editor offers.</summary>
    private protected abstract string Title(Diagnostic diagnostic);

    /// <summary>What to change; nothing where the diagnostic cannot be fixed.</summary>
    /// <param name="document">The file in which the diagnostic lies.</param>
    /// <param name="diagnostic">The diagnostic.</param>
    /// <param name="cancellation">Ends the work early.</param>
    internal abstract Task<IReadOnlyList<FileChange>> ChangesAsync(
        Document document, Diagnostic diagnostic, CancellationToken cancellation);

    /// <summary>
    /// Applies changes. Of two that cover the same text, the first; two that remove some of the same text remove what
    /// either does.
    /// </summary>
    internal static async Task<Solution> ApplyAsync(
        Solution solution, IEnumerable<FileChange> changes, CancellationToken cancellation)
    {
        foreach (IGrouping<DocumentId, FileChange>? file in changes.Distinct().GroupBy(change => change.File).ToList())
        {
            if (solution.GetDocument(file.Key) is not { } document)
                continue;
            SourceText text = await document.GetTextAsync(cancellation).ConfigureAwait(false);
            var apart = new List<TextChange>();
            foreach (TextChange change in file.Select(f => f.Change).OrderBy(c => c.Span.Start).ThenBy(c => c.Span.End))
            {
                if (apart.Count == 0 || change.Span.Start >= apart[apart.Count - 1].Span.End)
                    apart.Add(change);
                else if (apart[apart.Count - 1] is { NewText: "" } last && change is { NewText: "" })
                    apart[apart.Count - 1] = new TextChange(Union(last.Span, change.Span, text), "");
            }
            solution = solution.WithDocumentText(file.Key, text.WithChanges(apart));
        }
        return solution;
    }

    /// <summary>What two removals remove: with the comma behind them, where they begin a list that goes on.</summary>
    private static TextSpan Union(TextSpan first, TextSpan second, SourceText text)
    {
        int start = first.Start, end = Math.Max(first.End, second.End), before = start - 1;
        while (before >= 0 && char.IsWhiteSpace(text[before]))
            before--;
        if (before >= 0 && text[before] is '(' or '[' && end < text.Length && text[end] == ',')
        {
            do
                end++;
            while (end < text.Length && char.IsWhiteSpace(text[end]));
        }
        return TextSpan.FromBounds(start, end);
    }
}
