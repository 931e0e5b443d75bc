using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using QDrop.Generators.Diagnostics;

namespace QDrop.CodeFixes;

/// <summary>Removes an attribute, or an argument of one, that has no effect or contradicts another.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(RemoveFix)), Shared]
public sealed class RemoveFix : SourceFix
{
    /// <inheritdoc/>
    private protected override ImmutableArray<DiagnosticDescriptor> FixedRules =>
    [
        Rules.AttributeWithoutEffect, Rules.SettingWithoutEffect, Rules.MaxW, Rules.LearnedOffset, Rules.NormOfFisher,
        Rules.Setting,
    ];

    /// <inheritdoc/>
    private protected override string Title(Diagnostic diagnostic) =>
        diagnostic.DefaultSeverity == DiagnosticSeverity.Error
            ? "Remove what contradicts"
            : "Remove what has no effect";

    /// <inheritdoc/>
    internal override async Task<IReadOnlyList<FileChange>> ChangesAsync(
        Document document, Diagnostic diagnostic, CancellationToken cancellation)
    {
        if (!diagnostic.Properties.ContainsKey(FixData.Remove))
            return [];
        SyntaxNode? root = await document.GetSyntaxRootAsync(cancellation).ConfigureAwait(false);
        SourceText text = await document.GetTextAsync(cancellation).ConfigureAwait(false);
        return root
            ?.FindNode(diagnostic.Location.SourceSpan)
            .FirstAncestorOrSelf<SyntaxNode>(n => n is AttributeArgumentSyntax or AttributeSyntax) switch
        {
            // Directives between arguments would be removed, too.
            AttributeArgumentSyntax { Parent: AttributeArgumentListSyntax list } argument
                when !list.ContainsDirectives =>
            [
                Remove(document, Element(list.Arguments, argument)),
            ],
            AttributeSyntax { Parent: AttributeListSyntax { Attributes.Count: > 1 } list } attribute =>
            [
                Remove(document, Element(list.Attributes, attribute)),
            ],
            AttributeSyntax { Parent: AttributeListSyntax list } => [Remove(document, Line(list.Span, text))],
            _ => [],
        };
    }

    private static FileChange Remove(Document document, TextSpan span) => new(document.Id, new TextChange(span, ""));

    /// <summary>An element with the comma before it, or behind it for the first.</summary>
    private static TextSpan Element<T>(SeparatedSyntaxList<T> list, T element)
        where T : SyntaxNode
    {
        int i = list.IndexOf(element);
        if (i > 0)
            return TextSpan.FromBounds(list[i - 1].Span.End, element.Span.End);
        return list.Count > 1 ? TextSpan.FromBounds(element.SpanStart, list[1].SpanStart) : element.Span;
    }

    /// <summary>The whole line, where nothing else stands in it.</summary>
    private static TextSpan Line(TextSpan span, SourceText text)
    {
        (TextLine first, TextLine last) = (
            text.Lines.GetLineFromPosition(span.Start), text.Lines.GetLineFromPosition(span.End));
        bool isAlone =
            text.ToString(TextSpan.FromBounds(first.Start, span.Start)).Trim().Length == 0
            && text.ToString(TextSpan.FromBounds(span.End, last.End)).Trim().Length == 0;
        return isAlone ? TextSpan.FromBounds(first.Start, last.EndIncludingLineBreak) : span;
    }
}
