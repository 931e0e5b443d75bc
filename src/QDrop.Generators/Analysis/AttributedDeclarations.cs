using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace QDrop.Generators.Analysis;

/// <summary>
/// Finds the classes of a compilation with an attribute. Only declarations whose syntax looks like it are bound.
/// </summary>
internal static class AttributedDeclarations
{
    private const string Ending = "Attribute";

    private static readonly ConditionalWeakTable<SyntaxTree, FileSyntax> Files = new();

    /// <param name="attributeName">The attribute's full name.</param>
    /// <param name="compilation">Where to look.</param>
    /// <param name="cancellation">Ends the work early.</param>
    public static IEnumerable<(TypeDeclarationSyntax Declaration, INamedTypeSymbol Type, AttributeSyntax Attribute)> Of(
        string attributeName, Compilation compilation, CancellationToken cancellation)
    {
        if (compilation.GetTypeByMetadataName(attributeName) is not { } wanted)
            yield break;
        var files = compilation.SyntaxTrees.Select(tree => Read(tree, cancellation)).ToList();
        HashSet<string> names = NamesOf(wanted, files);
        foreach (
            (TypeDeclarationSyntax? declaration, string[]? attributes) in files.SelectMany(file => file.Declarations))
        {
            cancellation.ThrowIfCancellationRequested();
            if (!attributes.Any(names.Contains)
                || compilation.GetSemanticModel(declaration.SyntaxTree).GetDeclaredSymbol(declaration, cancellation)
                    is not INamedTypeSymbol type)
                continue;
            SyntaxReference? place = type.GetAttributes()
                .Where(a => SymbolEqualityComparer.Default.Equals(a.AttributeClass, wanted))
                .Select(a => a.ApplicationSyntaxReference)
                .FirstOrDefault(written =>
                    written is not null
                    && written.SyntaxTree == declaration.SyntaxTree
                    && declaration.AttributeLists.FullSpan.Contains(written.Span));
            if (place?.GetSyntax(cancellation) is AttributeSyntax attribute)
                yield return (declaration, type, attribute);
        }
    }

    /// <summary>
    /// Fields and properties with the attribute, and the declarations of the types in which they are.
    /// </summary>
    /// <param name="attributeName">The attribute's full name.</param>
    /// <param name="compilation">Where to look.</param>
    /// <param name="cancellation">Ends the work early.</param>
    public static IEnumerable<(TypeDeclarationSyntax Declaration, ISymbol Member, AttributeSyntax Attribute)> Members(
        string attributeName, Compilation compilation, CancellationToken cancellation)
    {
        if (compilation.GetTypeByMetadataName(attributeName) is not { } wanted)
            yield break;
        var files = compilation.SyntaxTrees.Select(tree => Read(tree, cancellation)).ToList();
        HashSet<string> names = NamesOf(wanted, files);
        foreach (AttributeSyntax? attribute in files
                .SelectMany(file => file.MemberAttributes)
                .Where(attribute => names.Contains(LastName(attribute.Name))))
        {
            cancellation.ThrowIfCancellationRequested();
            MemberDeclarationSyntax? member = attribute.FirstAncestorOrSelf<MemberDeclarationSyntax>();
            SyntaxNode? declared = member is FieldDeclarationSyntax field
                ? field.Declaration.Variables.FirstOrDefault()
                : member;
            if (declared is not null && member!.Parent is TypeDeclarationSyntax declaration
                && compilation.GetSemanticModel(declaration.SyntaxTree) is var semantics
                && SymbolEqualityComparer.Default.Equals(semantics.GetTypeInfo(attribute, cancellation).Type, wanted)
                && semantics.GetDeclaredSymbol(declared, cancellation) is { } symbol)
            {
                yield return (declaration, symbol, attribute);
            }
        }
    }

    /// <summary>The names by which the attribute may be written.</summary>
    private static HashSet<string> NamesOf(INamedTypeSymbol wanted, IEnumerable<FileSyntax> files)
    {
        string[] direct = [wanted.Name, wanted.Name.Substring(0, wanted.Name.Length - Ending.Length)];
        // A global alias counts in every file: to take a name for the attribute's costs a question to the compiler, no
        // more.
        return
        [
            .. files
                .SelectMany(file => file.Aliases)
                .Where(alias => direct.Contains(alias.Target))
                .Select(alias => alias.Name),
            .. direct,
        ];
    }

    private static FileSyntax Read(SyntaxTree tree, CancellationToken cancellation)
    {
        if (Files.TryGetValue(tree, out FileSyntax? read))
            return read;
        var declarations = new List<(TypeDeclarationSyntax, string[])>();
        var members = new List<AttributeSyntax>();
        var aliases = new List<(string, string)>();
        foreach (SyntaxNode node in tree.GetRoot(cancellation)
                .DescendantNodes(static n =>
                    n is CompilationUnitSyntax or BaseNamespaceDeclarationSyntax or TypeDeclarationSyntax))
        {
            if (node is UsingDirectiveSyntax { Alias: { } alias, Name: { } target })
                aliases.Add((alias.Name.Identifier.ValueText, LastName(target)));
            else if (node is ClassDeclarationSyntax or RecordDeclarationSyntax
                && node is TypeDeclarationSyntax { AttributeLists.Count: > 0 } type)
                declarations.Add(
                    (
                        type,
                        [
                            .. type
                                .AttributeLists.SelectMany(list => list.Attributes)
                                .Select(attribute => LastName(attribute.Name)),
                        ]));
            else if (node is FieldDeclarationSyntax or PropertyDeclarationSyntax)
                members.AddRange(((MemberDeclarationSyntax)node).AttributeLists.SelectMany(list => list.Attributes));
        }
        return Files.GetValue(tree, _ => new FileSyntax(declarations, members, aliases));
    }

    private static string LastName(NameSyntax name) => name switch
    {
        QualifiedNameSyntax qualified => qualified.Right.Identifier.ValueText,
        AliasQualifiedNameSyntax aliased => aliased.Name.Identifier.ValueText,
        SimpleNameSyntax simple => simple.Identifier.ValueText,
        _ => "",
    };

    /// <summary>
    /// What the syntax of one file says: its type declarations with their attributes' names, the attributes of fields
    /// and properties, and its aliases with the last names of their targets.
    /// </summary>
    private sealed class FileSyntax(
        IReadOnlyList<(TypeDeclarationSyntax Declaration, string[] Attributes)> declarations,
        IReadOnlyList<AttributeSyntax> memberAttributes,
        IReadOnlyList<(string Name, string Target)> aliases)
    {
        public IReadOnlyList<AttributeSyntax> MemberAttributes { get; } = memberAttributes;

        public IReadOnlyList<(TypeDeclarationSyntax Declaration, string[] Attributes)> Declarations { get; } =
            declarations;

        public IReadOnlyList<(string Name, string Target)> Aliases { get; } = aliases;
    }
}
