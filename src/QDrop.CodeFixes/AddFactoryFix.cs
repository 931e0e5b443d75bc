using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using QDrop.Generators.Diagnostics;

namespace QDrop.CodeFixes;

/// <summary>
/// Adds a factory that calls the constructor with the fewest parameters. Their values are placeholders: what the model
/// was trained with, only its author knows.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(AddFactoryFix)), Shared]
public sealed class AddFactoryFix : SourceFix
{
    /// <inheritdoc/>
    private protected override ImmutableArray<DiagnosticDescriptor> FixedRules => [Rules.NotCreatable];

    /// <inheritdoc/>
    private protected override string Title(Diagnostic diagnostic) =>
        "Add a factory, and fill in what the model was trained with";

    /// <inheritdoc/>
    internal override async Task<IReadOnlyList<FileChange>> ChangesAsync(
        Document document, Diagnostic diagnostic, CancellationToken cancellation)
    {
        if (!diagnostic.Properties.TryGetValue(FixData.Factory, out string? wanted) || wanted is null)
            return [];
        SyntaxNode? root = await document.GetSyntaxRootAsync(cancellation).ConfigureAwait(false);
        SemanticModel? semantics = await document.GetSemanticModelAsync(cancellation).ConfigureAwait(false);
        if (root?.FindToken(diagnostic.Location.SourceSpan.Start).Parent?.FirstAncestorOrSelf<TypeDeclarationSyntax>()
                is not { } declaration
            || declaration.CloseBraceToken.IsMissing
            || declaration.CloseBraceToken.Span.IsEmpty
            || semantics?.GetDeclaredSymbol(declaration, cancellation) is not INamedTypeSymbol model
            || Constructor(model) is not { } constructor)
        {
            return [];
        }
        string name = wanted.Length > 0 ? wanted : Unused("Create", model);
        SourceText text = await document.GetTextAsync(cancellation).ConfigureAwait(false);
        var changes = new List<FileChange>
        {
            new(document.Id, Method(declaration, text, model.Name, name, constructor)),
        };
        if (wanted.Length == 0 && AttributeOf(declaration, semantics, cancellation) is { } attribute)
            changes.Add(new FileChange(document.Id, Name(attribute, name)));
        return changes;
    }

    private static IMethodSymbol? Constructor(INamedTypeSymbol model) => model.InstanceConstructors
        .Where(c => !c.IsImplicitlyDeclared && c.Parameters.All(p => p.RefKind is RefKind.None or RefKind.In))
        .OrderBy(c => c.Parameters.Count(p => !p.IsOptional && !p.IsParams))
        .FirstOrDefault();

    private static TextChange Method(
        TypeDeclarationSyntax declaration, SourceText text, string type, string name, IMethodSymbol constructor)
    {
        IEnumerable<string> arguments = constructor
            .Parameters.Where(p => !p.IsOptional && !p.IsParams)
            .Select(p => $"{Escape(p.Name)}: {Placeholder(p.Type)}");
        TextLine line = text.Lines.GetLineFromPosition(declaration.CloseBraceToken.SpanStart);
        string before = text.ToString(TextSpan.FromBounds(line.Start, declaration.CloseBraceToken.SpanStart));
        string end = text.ToString(TextSpan.FromBounds(line.End, line.EndIncludingLineBreak));
        if (end.Length == 0)
            end = "\n";
        string method = $"private static {Escape(type)} {Escape(name)}() => new({string.Join(", ", arguments)});";
        // A closing brace behind other code stays where it is.
        if (before.Trim().Length > 0)
            return new TextChange(new TextSpan(declaration.CloseBraceToken.SpanStart, 0), method + " ");
        string gap = declaration.Members.Count > 0 ? end : "";
        return new TextChange(
            new TextSpan(line.Start, 0), gap + Indentation(declaration, text, before + "    ") + method + end);
    }

    private static string Indentation(TypeDeclarationSyntax declaration, SourceText text, string otherwise)
    {
        if (declaration.Members.Count == 0)
            return otherwise;
        int start = declaration.Members[0].SpanStart;
        string before = text.ToString(TextSpan.FromBounds(text.Lines.GetLineFromPosition(start).Start, start));
        return before.Trim().Length == 0 ? before : otherwise;
    }

    /// <summary><c>[Quantize]</c> → <c>[Quantize(Factory = nameof(Create))]</c>.</summary>
    private static TextChange Name(AttributeSyntax attribute, string factory)
    {
        string argument = $"Factory = nameof({Escape(factory)})";
        if (attribute.ArgumentList is not { } list)
            return new TextChange(new TextSpan(attribute.Span.End, 0), $"({argument})");
        return new TextChange(
            new TextSpan(list.CloseParenToken.SpanStart, 0), list.Arguments.Count == 0 ? argument : ", " + argument);
    }

    private static AttributeSyntax? AttributeOf(
        TypeDeclarationSyntax declaration, SemanticModel semantics, CancellationToken cancellation) =>
        declaration
            .AttributeLists.SelectMany(list => list.Attributes)
            .FirstOrDefault(a =>
                semantics.GetTypeInfo(a, cancellation).Type?.ToDisplayString() == "QDrop.QuantizeAttribute");

    private static string Placeholder(ITypeSymbol type) => type switch
    {
        { NullableAnnotation: NullableAnnotation.Annotated } => "null",
        { SpecialType: SpecialType.System_Boolean } => "false",
        { SpecialType: SpecialType.System_String } => "\"\"",
        { SpecialType: >= SpecialType.System_SByte and <= SpecialType.System_Double } => "0",
        { IsReferenceType: true } => "null!",
        _ => "default",
    };

    private static string Unused(string name, INamedTypeSymbol model)
    {
        string unused = name;
        for (int i = 2; model.MemberNames.Contains(unused); i++)
            unused = name + i;
        return unused;
    }

    private static string Escape(string name) =>
        SyntaxFacts.GetKeywordKind(name) == SyntaxKind.None ? name : "@" + name;
}
