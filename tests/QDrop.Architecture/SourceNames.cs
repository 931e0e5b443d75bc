using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace QDrop.Architecture;

/// <summary>
/// Which files of <c>src</c> name a type or a member, as the compiler understands them: <c>Scale</c> of a setting is
/// another name than <c>Scale</c> of a range. Comments do not count.
/// </summary>
internal sealed class SourceNames
{
    private static readonly CSharpParseOptions Language =
        new(LanguageVersion.CSharp14, DocumentationMode.None, SourceCodeKind.Regular, ["NET", "NET10_0_OR_GREATER"]);

    /// <summary>What the projects of the run time get from <c>ImplicitUsings</c>.</summary>
    private const string ImplicitUsings =
        """
        global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq;
        global using System.Net.Http; global using System.Threading; global using System.Threading.Tasks;
        """;

    private readonly Dictionary<string, SortedSet<string>> _symbols = [], _texts = [];

    private SourceNames()
    {
    }

    /// <summary>Reads the names in a repository's <c>src</c>.</summary>
    /// <param name="root">The repository's root.</param>
    /// <param name="libraries">Assemblies that the code uses, besides those of this program.</param>
    public static SourceNames Read(string root, params IEnumerable<string> libraries)
    {
        string src = Path.Combine(root, "src");
        SyntaxTree[] trees =
        [
            .. Directory.EnumerateFiles(src, "*.cs", SearchOption.AllDirectories)
                .Where(static f => !f.Split(Path.DirectorySeparatorChar).Any(static p => p is "obj" or "bin"))
                .Select(f => CSharpSyntaxTree.ParseText(File.ReadAllText(f), Language, Relative(root, f))),
        ];
        ImmutableArray<MetadataReference> references =
        [
            .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
                .Where(static f => !Path.GetFileName(f).StartsWith("QDrop.", StringComparison.Ordinal))
                .Concat(libraries)
                .Select(static f => MetadataReference.CreateFromFile(f)),
        ];
        var names = new SourceNames();
        // The generator's names must not hide those of the run time, which it does not see.
        names.Add(trees.Where(static t => !IsOfCompiler(t)), references, ImplicitUsings);
        names.Add(trees.Where(static t => IsOfCompiler(t) || IsShared(t)), references, "");
        return names;
    }

    /// <summary>Gets the files that name a type or a member, its declaration among them.</summary>
    /// <param name="name">Its full name, such as <c>QDrop.QuantizeAttribute.Lambda</c>.</param>
    public IEnumerable<string> FilesOf(string name) => _symbols.GetValueOrDefault(name) ?? [];

    /// <summary>Gets the files that name any type or member with a simple name.</summary>
    /// <param name="name">The name alone.</param>
    public IEnumerable<string> FilesOfAny(string name) =>
        _symbols.Where(entry => entry.Key.EndsWith("." + name, StringComparison.Ordinal))
            .SelectMany(static entry => entry.Value);

    /// <summary>
    /// Gets the files of the generator with a text that is the name: it refers so to what it sees only as metadata.
    /// </summary>
    /// <param name="name">The name alone.</param>
    public IEnumerable<string> FilesWithText(string name) => _texts.GetValueOrDefault(name) ?? [];

    /// <summary>Gets the simple names of a type's members in the source.</summary>
    /// <param name="type">The type's full name.</param>
    public IEnumerable<string> MembersOf(string type) => _symbols.Keys
        .Where(name => name.StartsWith(type + ".", StringComparison.Ordinal)).Select(name => name[(type.Length + 1)..])
        .Where(static name => !name.Contains('.', StringComparison.Ordinal));

    private static bool IsOfCompiler(SyntaxTree tree) =>
        tree.FilePath.StartsWith("src/QDrop.Generators/", StringComparison.Ordinal)
        || tree.FilePath.StartsWith("src/QDrop.CodeFixes/", StringComparison.Ordinal);

    private static bool IsShared(SyntaxTree tree) => tree.FilePath.StartsWith("src/Shared/", StringComparison.Ordinal);

    private static string Relative(string root, string file) => Path.GetRelativePath(root, file).Replace('\\', '/');

    private void Add(IEnumerable<SyntaxTree> trees, ImmutableArray<MetadataReference> references, string usings)
    {
        var options = new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true);
        var compilation = CSharpCompilation.Create(
            "src", [.. trees, CSharpSyntaxTree.ParseText(usings, Language)], references, options);
        foreach (SyntaxTree tree in compilation.SyntaxTrees.Where(static t => t.FilePath.Length > 0))
            Add(tree, compilation.GetSemanticModel(tree));
    }

    private void Add(SyntaxTree tree, SemanticModel model)
    {
        foreach (SyntaxNode node in tree.GetRoot().DescendantNodes())
        {
            switch (node)
            {
                case SimpleNameSyntax:
                    SymbolInfo info = model.GetSymbolInfo(node);
                    foreach (ISymbol symbol in info.Symbol is { } found ? [found] : info.CandidateSymbols)
                        Add(symbol, tree.FilePath);
                    break;
                case MemberDeclarationSyntax when model.GetDeclaredSymbol(node) is { } declared:
                    Add(declared, tree.FilePath);
                    break;
                case VariableDeclaratorSyntax when model.GetDeclaredSymbol(node) is IFieldSymbol field:
                    Add(field, tree.FilePath);
                    break;
                case LiteralExpressionSyntax { Token.Value: string text } when IsOfCompiler(tree):
                    Add(_texts, text, tree.FilePath);
                    break;
            }
        }
    }

    private void Add(ISymbol symbol, string file)
    {
        if (symbol is INamedTypeSymbol or IPropertySymbol or IFieldSymbol or IMethodSymbol)
            Add(_symbols, NameOf(symbol.OriginalDefinition), file);
    }

    private static string NameOf(ISymbol symbol)
    {
        string name = symbol is IMethodSymbol { MethodKind: MethodKind.Constructor } ? "" : "." + symbol.Name;
        if (symbol.ContainingType is { } type)
            return NameOf(type.OriginalDefinition) + name;
        return symbol.ContainingNamespace is { IsGlobalNamespace: false } space ? $"{space}{name}" : symbol.Name;
    }

    private static void Add(Dictionary<string, SortedSet<string>> files, string name, string file)
    {
        if (!files.TryGetValue(name, out SortedSet<string>? of))
            files.Add(name, of = new SortedSet<string>(StringComparer.Ordinal));
        of.Add(file);
    }
}
