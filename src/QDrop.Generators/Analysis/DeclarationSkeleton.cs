using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace QDrop.Generators.Analysis;

/// <summary>
/// What a file says to other files: everything but the bodies of its methods, accessors and constructors, and the
/// values that its fields and properties begin with. While it stays the same, no code elsewhere changes its meaning.
/// </summary>
internal static class DeclarationSkeleton
{
    private const char Omitted = '\u0001';

    private static readonly ConditionalWeakTable<SyntaxTree, string> Digests = new();

    public static string DigestOf(SyntaxTree tree, CancellationToken cancellation)
    {
        if (!Digests.TryGetValue(tree, out string? digest))
            digest = Digests.GetValue(tree, t => Digest.Of(Read(t, cancellation)).Value);
        return digest;
    }

    private static string Read(SyntaxTree tree, CancellationToken cancellation)
    {
        var text = new StringBuilder();
        AppendSurroundings(text, tree);
        SyntaxNode root = tree.GetRoot(cancellation);
        AppendHeader(text, root);
        foreach (SyntaxNodeOrToken item in root.DescendantNodesAndTokens(static node => !IsOmitted(node)))
        {
            cancellation.ThrowIfCancellationRequested();
            // Kinds and tokens in order are the tree again, even where the code is half-typed.
            text.Append((char)item.RawKind);
            if (item.AsNode() is { } node)
            {
                if (IsOmitted(node))
                    AppendOmitted(text, node);
            }
            else
            {
                AppendToken(text, item.AsToken());
            }
        }
        return text.ToString();
    }

    /// <summary>What decides, beside the text, how it is understood.</summary>
    private static void AppendSurroundings(StringBuilder text, SyntaxTree tree)
    {
        text.Append(tree.FilePath).Append('\n');
        if (tree.Options is CSharpParseOptions options)
        {
            text.Append(options.LanguageVersion).Append(' ').Append(options.Kind).Append('\n');
            text.Append(string.Join(" ", options.PreprocessorSymbolNames)).Append('\n');
            text.Append(string.Join(" ", options.Features.Select(f => f.Key + "=" + f.Value))).Append('\n');
        }
    }

    /// <summary>
    /// The comments before the first token: <c>&lt;auto-generated&gt;</c> there turns nullable annotations off.
    /// </summary>
    private static void AppendHeader(StringBuilder text, SyntaxNode root)
    {
        foreach (SyntaxTrivia comment in root.GetLeadingTrivia()
                .Where(t => t.IsKind(SyntaxKind.SingleLineCommentTrivia) || t.IsKind(SyntaxKind.MultiLineCommentTrivia))
        )
            text.Append(comment.ToString()).Append('\n');
    }

    private static void AppendToken(StringBuilder text, SyntaxToken token)
    {
        if (token.ContainsDirectives)
            AppendNullableDirectives(text, token.LeadingTrivia);
        text.Append(token.IsMissing ? "\u0002" : token.Text).Append('\n');
    }

    private static void AppendNullableDirectives(
        StringBuilder text, System.Collections.Generic.IEnumerable<SyntaxTrivia> trivia)
    {
        foreach (SyntaxTrivia directive in trivia.Where(t => t.IsKind(SyntaxKind.NullableDirectiveTrivia)))
            text.Append(directive.ToString()).Append('\n');
    }

    /// <summary>Bodies and initial values, which mean nothing to code elsewhere.</summary>
    private static bool IsOmitted(SyntaxNode node) =>
        node switch
        {
            BlockSyntax => node.Parent is BaseMethodDeclarationSyntax or AccessorDeclarationSyntax,
            ArrowExpressionClauseSyntax => node.Parent
                is BaseMethodDeclarationSyntax
                    or AccessorDeclarationSyntax
                    or BasePropertyDeclarationSyntax,
            EqualsValueClauseSyntax => node.Parent is PropertyDeclarationSyntax
                || (node.Parent is VariableDeclaratorSyntax { Parent.Parent: BaseFieldDeclarationSyntax field }
                    && !field.Modifiers.Any(SyntaxKind.ConstKeyword)),
            GlobalStatementSyntax => true,
            _ => false,
        };

    /// <summary>Appends what other files can depend on within an omitted body.</summary>
    private static void AppendOmitted(StringBuilder text, SyntaxNode node)
    {
        text.Append(Omitted);
        // What comes after a body is under its directives.
        if (node.ContainsDirectives)
            AppendNullableDirectives(text, node.DescendantTrivia());
        switch (node)
        {
            // Locals of top-level statements are in scope everywhere, if only to be an error.
            case GlobalStatementSyntax:
                foreach (string? name in node.DescendantNodes().Select(NameOf).Where(name => name is not null))
                    text.Append(name).Append('\n');
                break;

            // A property that says 'field' has a field behind it.
            case { Parent: AccessorDeclarationSyntax or BasePropertyDeclarationSyntax }
                when node is not EqualsValueClauseSyntax:
                if (node.DescendantTokens().Any(t => string.Equals(t.Text, "field", StringComparison.Ordinal)))
                    text.Append("field\n");
                break;
        }
    }

    private static string? NameOf(SyntaxNode node) => node switch
    {
        VariableDeclaratorSyntax declarator => declarator.Identifier.Text,
        SingleVariableDesignationSyntax designation => designation.Identifier.Text,
        LocalFunctionStatementSyntax function => function.Identifier.Text,
        _ => null,
    };
}
