using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using QDrop.Generators.Diagnostics;

namespace QDrop.CodeFixes;

/// <summary>
/// Leaves a layer that cannot be quantized float: marks the field or property through which it is called.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(MarkFullPrecisionFix)), Shared]
public sealed class MarkFullPrecisionFix : SourceFix
{
    private const string Attribute = "FullPrecision";

    /// <inheritdoc/>
    private protected override ImmutableArray<DiagnosticDescriptor> FixedRules => [Rules.UnsupportedLayer];

    /// <inheritdoc/>
    private protected override string Title(Diagnostic diagnostic) => "Mark [FullPrecision]: leave the layer float";

    /// <inheritdoc/>
    internal override async Task<IReadOnlyList<FileChange>> ChangesAsync(
        Document document, Diagnostic diagnostic, CancellationToken cancellation)
    {
        SyntaxNode? root = await document.GetSyntaxRootAsync(cancellation).ConfigureAwait(false);
        SemanticModel? semantics = await document.GetSemanticModelAsync(cancellation).ConfigureAwait(false);
        if (root is null
            || semantics is null
            || Receiver(root.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true)) is not { } receiver
        )
            return [];
        ISymbol? member = semantics.GetSymbolInfo(receiver, cancellation).Symbol?.OriginalDefinition;
        if (member is not (IFieldSymbol or IPropertySymbol)
            || member.DeclaringSyntaxReferences.FirstOrDefault() is not { } reference)
            return [];
        MemberDeclarationSyntax? declaration = (await reference.GetSyntaxAsync(cancellation).ConfigureAwait(false)
        ).FirstAncestorOrSelf<MemberDeclarationSyntax>();
        if (declaration is not (FieldDeclarationSyntax or PropertyDeclarationSyntax)
            || document.Project.Solution.GetDocument(reference.SyntaxTree) is not { } home
            || await home.GetSemanticModelAsync(cancellation).ConfigureAwait(false) is not { } there)
        {
            return [];
        }
        bool isKnown =
            there
                .LookupNamespacesAndTypes(declaration.SpanStart, name: Attribute + "Attribute")
                .FirstOrDefault()
                ?.ToDisplayString() == $"QDrop.{Attribute}Attribute";
        return
        [
            new FileChange(
                home.Id,
                new TextChange(
                    new TextSpan(declaration.SpanStart, 0),
                    isKnown ? $"[{Attribute}] " : $"[global::QDrop.{Attribute}] ")),
        ];
    }

    /// <summary><c>lstm</c> of <c>lstm.forward(x)</c>, <c>lstm!.forward(x)</c> and <c>lstm?.forward(x)</c>.</summary>
    private static ExpressionSyntax? Receiver(SyntaxNode call)
    {
        ExpressionSyntax? receiver = call switch
        {
            ConditionalAccessExpressionSyntax access => access.Expression,
            InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax access } => access.Expression,
            _ => null,
        };
        return receiver is PostfixUnaryExpressionSyntax certain ? certain.Operand : receiver;
    }
}
