using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using QDrop.Generators.Diagnostics;

namespace QDrop.CodeFixes;

/// <summary>Gives a setting the nearest value that is allowed.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(ChangeSettingFix)), Shared]
public sealed class ChangeSettingFix : SourceFix
{
    /// <inheritdoc/>
    private protected override ImmutableArray<DiagnosticDescriptor> FixedRules =>
        [Rules.BitWidth, Rules.Drop, Rules.Setting, Rules.MaxW];

    /// <inheritdoc/>
    private protected override string Title(Diagnostic diagnostic) =>
        $"Change to {diagnostic.Properties[FixData.Setting]} = {diagnostic.Properties[FixData.Value]}";

    /// <inheritdoc/>
    internal override async Task<IReadOnlyList<FileChange>> ChangesAsync(
        Document document, Diagnostic diagnostic, CancellationToken cancellation)
    {
        SyntaxNode? root = await document.GetSyntaxRootAsync(cancellation).ConfigureAwait(false);
        return
            diagnostic.Properties.TryGetValue(FixData.Value, out string? value)
            && value is not null
            && root?.FindNode(diagnostic.Location.SourceSpan).FirstAncestorOrSelf<AttributeArgumentSyntax>()
                is { } argument
            ? [new FileChange(document.Id, new TextChange(argument.Expression.Span, value))]
            : [];
    }
}
