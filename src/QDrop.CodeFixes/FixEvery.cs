using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;

namespace QDrop.CodeFixes;

/// <summary>Fixes every diagnostic of a document, project or solution at once.</summary>
internal sealed class FixEvery : FixAllProvider
{
    public static FixEvery Instance { get; } = new();

    public override async Task<CodeAction?> GetFixAsync(FixAllContext context)
    {
        if (context.CodeFixProvider is not SourceFix fix)
            return null;
        var changes = new List<FileChange>();
        foreach (Diagnostic diagnostic in await DiagnosticsAsync(context).ConfigureAwait(false))
        {
            if (context.Solution.GetDocument(diagnostic.Location.SourceTree) is { } document)
                changes.AddRange(
                    await fix.ChangesAsync(document, diagnostic, context.CancellationToken).ConfigureAwait(false));
        }
        return changes.Count == 0
            ? null
            : CodeAction.Create(
                "Fix all: " + fix.Key,
                cancellation => SourceFix.ApplyAsync(context.Solution, changes, cancellation),
                fix.Key);
    }

    private static async Task<IEnumerable<Diagnostic>> DiagnosticsAsync(FixAllContext context)
    {
        switch (context.Scope)
        {
            case FixAllScope.Document when context.Document is { } document:
                return await context.GetDocumentDiagnosticsAsync(document).ConfigureAwait(false);
            case FixAllScope.Project:
                return await context.GetAllDiagnosticsAsync(context.Project).ConfigureAwait(false);
            case FixAllScope.Solution:
                ImmutableArray<Diagnostic>.Builder all = ImmutableArray.CreateBuilder<Diagnostic>();
                foreach (Project project in context.Solution.Projects)
                    all.AddRange(await context.GetAllDiagnosticsAsync(project).ConfigureAwait(false));
                return all;
            default:
                return [];
        }
    }
}
