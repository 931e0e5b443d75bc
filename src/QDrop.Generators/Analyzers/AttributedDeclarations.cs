using System.Collections.Generic;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace QDrop.Generators.Analyzers;

/// <summary>Finds the classes of a compilation with an attribute. Only declarations whose syntax looks like it are bound.</summary>
internal static class AttributedDeclarations
{
    private const string Ending = "Attribute";

    private static readonly ConditionalWeakTable<SyntaxTree, FileSyntax> Files = new();

    /// <param name="attributeName">The attribute's full name.</param>
    /// <param name="compilation">Where to look.</param>
    /// <param name="cancellation">Ends the work early.</param>
    public static IEnumerable<(TypeDeclarationSyntax Declaration, INamedTypeSymbol Type, AttributeSyntax Attribute)> Of(string attributeName, Compilation compilation, CancellationToken cancellation)
    {
        if (compilation.GetTypeByMetadataName(attributeName) is not { } wanted)
            yield break;
        string[] direct = [wanted.Name, wanted.Name.Substring(0, wanted.Name.Length - Ending.Length)];
        var files = compilation.SyntaxTrees.Select(tree => Read(tree, cancellation)).ToList();
        // A global alias counts in every file: to take a name for the attribute's costs a question to the compiler, no more.
        var names = new HashSet<string>(files.SelectMany(file => file.Aliases).Where(alias => direct.Contains(alias.Target)).Select(alias => alias.Name).Concat(direct));
        foreach (var (declaration, attributes) in files.SelectMany(file => file.Declarations))
        {
            cancellation.ThrowIfCancellationRequested();
            if (!attributes.Any(names.Contains) || compilation.GetSemanticModel(declaration.SyntaxTree).GetDeclaredSymbol(declaration, cancellation) is not INamedTypeSymbol type)
                continue;
            var place = type.GetAttributes().Where(a => SymbolEqualityComparer.Default.Equals(a.AttributeClass, wanted)).Select(a => a.ApplicationSyntaxReference)
                .FirstOrDefault(written => written is not null && written.SyntaxTree == declaration.SyntaxTree && declaration.AttributeLists.FullSpan.Contains(written.Span));
            if (place?.GetSyntax(cancellation) is AttributeSyntax attribute)
                yield return (declaration, type, attribute);
        }
    }

    private static FileSyntax Read(SyntaxTree tree, CancellationToken cancellation)
    {
        if (Files.TryGetValue(tree, out var read))
            return read;
        var declarations = new List<(TypeDeclarationSyntax, string[])>();
        var aliases = new List<(string, string)>();
        foreach (var node in tree.GetRoot(cancellation).DescendantNodes(static n => n is CompilationUnitSyntax or BaseNamespaceDeclarationSyntax or TypeDeclarationSyntax))
        {
            if (node is UsingDirectiveSyntax { Alias: { } alias, Name: { } target })
                aliases.Add((alias.Name.Identifier.ValueText, LastName(target)));
            else if (node is ClassDeclarationSyntax or RecordDeclarationSyntax && node is TypeDeclarationSyntax { AttributeLists.Count: > 0 } type)
                declarations.Add((type, [.. type.AttributeLists.SelectMany(list => list.Attributes).Select(attribute => LastName(attribute.Name))]));
        }
        return Files.GetValue(tree, _ => new FileSyntax(declarations, aliases));
    }

    private static string LastName(NameSyntax name) => name switch
    {
        QualifiedNameSyntax qualified => qualified.Right.Identifier.ValueText,
        AliasQualifiedNameSyntax aliased => aliased.Name.Identifier.ValueText,
        SimpleNameSyntax simple => simple.Identifier.ValueText,
        _ => "",
    };

    /// <summary>What the syntax of one file says: its type declarations with their attributes' names, and its aliases with the last names of their targets.</summary>
    private sealed class FileSyntax(IReadOnlyList<(TypeDeclarationSyntax Declaration, string[] Attributes)> declarations, IReadOnlyList<(string Name, string Target)> aliases)
    {
        public IReadOnlyList<(TypeDeclarationSyntax Declaration, string[] Attributes)> Declarations { get; } = declarations;

        public IReadOnlyList<(string Name, string Target)> Aliases { get; } = aliases;
    }
}
