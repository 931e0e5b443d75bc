using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using QDrop.Generators.Diagnostics;

namespace QDrop.CodeFixes;

/// <summary>Makes a class, and every class around it, partial.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(AddPartialFix)), Shared]
public sealed class AddPartialFix : SourceFix
{
    /// <inheritdoc/>
    private protected override ImmutableArray<DiagnosticDescriptor> FixedRules => [Rules.NotPartial];

    /// <inheritdoc/>
    private protected override string Title(Diagnostic diagnostic) => "Make the class partial, and those around it";

    /// <inheritdoc/>
    internal override async Task<IReadOnlyList<FileChange>> ChangesAsync(
        Document document, Diagnostic diagnostic, CancellationToken cancellation)
    {
        SyntaxNode? root = await document.GetSyntaxRootAsync(cancellation).ConfigureAwait(false);
        IEnumerable<TypeDeclarationSyntax> declarations =
            root?.FindToken(diagnostic.Location.SourceSpan.Start)
                .Parent?.AncestorsAndSelf()
                .OfType<TypeDeclarationSyntax>()
            ?? [];
        return
        [
            .. declarations
                .Where(declaration => !declaration.Modifiers.Any(SyntaxKind.PartialKeyword))
                .Select(declaration => new FileChange(
                    document.Id, new TextChange(new TextSpan(declaration.Keyword.SpanStart, 0), "partial "))),
        ];
    }
}
