using System.Collections.Immutable;
using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using QDrop.Generators;

namespace QDrop.Benchmarks.Generator;

/// <summary>A project of many models in as many files, and of as much code that has nothing to do with them.</summary>
internal sealed class ModelProject
{
    private const string ModelFile = "Model0.cs";
    private const string OtherFile = "Other0.cs";

    private static readonly CSharpParseOptions ParseOptions = new(LanguageVersion.Latest);

    private static readonly ImmutableArray<MetadataReference> References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator)
            .Where(path =>
                !Path.GetFileName(path).StartsWith("Microsoft.CodeAnalysis", StringComparison.Ordinal)
                && !Path.GetFileName(path).StartsWith("BenchmarkDotNet", StringComparison.Ordinal))
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    private readonly (string Path, string Source)[] _files;
    private int _edits;

    public ModelProject(int models)
    {
        string model = Read("Model.cs");
        string other = Read("Other.cs");
        _files = [.. Enumerable.Range(0, models).SelectMany(i => new[]
        {
            ($"Model{i}.cs", model.Replace("Net", $"Net{i}").Replace("Block", $"Block{i}")),
            ($"Other{i}.cs", other.Replace("Other", $"Other{i}")),
        })];
        Compilation = Open();
    }

    /// <summary>The project before any edit.</summary>
    public CSharpCompilation Compilation { get; }

    public static GeneratorDriver Driver { get; } =
        CSharpGeneratorDriver.Create([new QuantizedModelGenerator().AsSourceGenerator()], parseOptions: ParseOptions);

    /// <summary>The project as it is when it is opened: nothing is parsed, nothing is known.</summary>
    public CSharpCompilation Open() =>
        CSharpCompilation.Create(
            "Models",
            _files.Select(f => CSharpSyntaxTree.ParseText(f.Source, ParseOptions, f.Path)),
            References,
            new CSharpCompilationOptions(
                OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));

    /// <summary>The project after a keystroke, which is another one each time.</summary>
    /// <returns>The project, and the file that was edited.</returns>
    public (CSharpCompilation Compilation, SyntaxTree Edited) Type(Keystroke keystroke)
    {
        (string? path, string? before, string? after) = Edit(
            keystroke, (++_edits).ToString(CultureInfo.InvariantCulture));
        SyntaxTree tree = FileOf(keystroke);
        string source = tree.ToString();
        SyntaxTree edited = CSharpSyntaxTree.ParseText(source.Replace(before, after), ParseOptions, path);
        return source.Contains(before)
            ? (Compilation.ReplaceSyntaxTree(tree, edited), edited)
            : throw new InvalidOperationException($"'{before}' is not in {path}");
    }

    /// <summary>The file that a keystroke is typed into, before any edit.</summary>
    public SyntaxTree FileOf(Keystroke keystroke) =>
        Compilation.SyntaxTrees.First(t => t.FilePath == Edit(keystroke, "").Path);

    private static (string Path, string Before, string After) Edit(Keystroke keystroke, string number) =>
        keystroke switch
        {
            Keystroke.UnrelatedMethod => (OtherFile, "_count += n;", $"_count += n * {number};"),
            Keystroke.Forward => (ModelFile, "y.flatten(1)", $"y.flatten(1 + 0 * {number})"),
            Keystroke.LayersConstructor => (ModelFile, "Conv2d(3, 16, 3,", $"Conv2d(3, 16 + 0 * {number}, 3,"),
            _ => throw new ArgumentOutOfRangeException(nameof(keystroke)),
        };

    private static string Read(string name)
    {
        using var reader = new StreamReader(typeof(ModelProject).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}

/// <summary>Where something is typed.</summary>
public enum Keystroke
{
    /// <summary>A method of a class that no model knows.</summary>
    UnrelatedMethod,

    /// <summary>The forward of a model.</summary>
    Forward,

    /// <summary>A size in the constructor that makes a model's layers.</summary>
    LayersConstructor,
}
