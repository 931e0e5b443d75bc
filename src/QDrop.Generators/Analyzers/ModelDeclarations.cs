using System.Collections.Generic;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using QDrop.Generators.Gathering;

namespace QDrop.Generators.Analyzers;

/// <summary>Finds the classes with <c>[Quantize]</c> of a compilation. Only declarations whose syntax looks like it are bound.</summary>
internal static class ModelDeclarations
{
    private static readonly ConditionalWeakTable<SyntaxTree, FileSyntax> Files = new();

    public static IEnumerable<TypeDeclarationSyntax> Of(Compilation compilation, CancellationToken cancellation)
    {
        if (compilation.GetTypeByMetadataName(ModelGatherer.AttributeName) is not { } quantize)
            yield break;
        var files = compilation.SyntaxTrees.Select(tree => Read(tree, cancellation)).ToList();
        var names = new HashSet<string>(files.SelectMany(file => file.Aliases)) { "Quantize", "QuantizeAttribute" };
        foreach (var (declaration, attributes) in files.SelectMany(file => file.Declarations))
        {
            cancellation.ThrowIfCancellationRequested();
            if (!attributes.Any(names.Contains))
                continue;
            var semantics = compilation.GetSemanticModel(declaration.SyntaxTree);
            if (semantics.GetDeclaredSymbol(declaration, cancellation) is not INamedTypeSymbol model)
                continue;
            if (model.GetAttributes().Any(a => SymbolEqualityComparer.Default.Equals(a.AttributeClass, quantize)
                && a.ApplicationSyntaxReference is { } written && written.SyntaxTree == declaration.SyntaxTree && declaration.FullSpan.Contains(written.Span)))
            {
                yield return declaration;
            }
        }
    }

    private static FileSyntax Read(SyntaxTree tree, CancellationToken cancellation)
    {
        if (Files.TryGetValue(tree, out var read))
            return read;
        var declarations = new List<(TypeDeclarationSyntax, string[])>();
        var aliases = new List<string>();
        foreach (var node in tree.GetRoot(cancellation).DescendantNodes(static n => n is CompilationUnitSyntax or BaseNamespaceDeclarationSyntax or TypeDeclarationSyntax))
        {
            // A global alias counts in every file: to take a name for the attribute's costs a question to the compiler, no more.
            if (node is UsingDirectiveSyntax { Alias: { } alias, Name: { } target } && LastName(target) is "Quantize" or "QuantizeAttribute")
                aliases.Add(alias.Name.Identifier.ValueText);
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

    /// <summary>What the syntax of one file says: its type declarations with their attributes' names, and its aliases of the attribute.</summary>
    private sealed class FileSyntax(IReadOnlyList<(TypeDeclarationSyntax Declaration, string[] Attributes)> declarations, IReadOnlyList<string> aliases)
    {
        public IReadOnlyList<(TypeDeclarationSyntax Declaration, string[] Attributes)> Declarations { get; } = declarations;

        public IReadOnlyList<string> Aliases { get; } = aliases;
    }
}
