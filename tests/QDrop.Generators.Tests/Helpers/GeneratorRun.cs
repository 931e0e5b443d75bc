using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using QDrop.Generators.Analysis;

namespace QDrop.Generators.Tests.Helpers;

/// <summary>One run of the generator over sources, and of the analyzer over what comes of them.</summary>
internal sealed record GeneratorRun(Compilation Input, Compilation Output, GeneratorDriver Driver)
{
    private readonly Lazy<ImmutableArray<Diagnostic>> _diagnostics = new(() => [
        .. Driver.GetRunResult().Diagnostics,
        .. Analyze(Output).GetAnalyzerDiagnosticsAsync().GetAwaiter().GetResult()]);

    public static CSharpParseOptions ParseOptions { get; } = new(LanguageVersion.Latest, DocumentationMode.Diagnose);

    private static readonly ImmutableArray<MetadataReference> References = [..
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => !Path.GetFileName(path).StartsWith("xunit", StringComparison.Ordinal))
            .Select(path => MetadataReference.CreateFromFile(path))];

    /// <summary>The errors that the generator and the analyzer report.</summary>
    public ImmutableArray<Diagnostic> Diagnostics =>
        [.. _diagnostics.Value.Where(d => d.DefaultSeverity == DiagnosticSeverity.Error)];

    /// <summary>The warnings and the advice.</summary>
    public ImmutableArray<Diagnostic> Advice =>
        [.. _diagnostics.Value.Where(d => d.DefaultSeverity != DiagnosticSeverity.Error)];

    /// <summary>What the generator wrote, by file name.</summary>
    public IReadOnlyDictionary<string, string> Sources =>
        Driver
            .GetRunResult()
            .Results.Single()
            .GeneratedSources.ToDictionary(s => s.HintName, s => s.SourceText.ToString());

    /// <summary>Runs it over the text of a file.</summary>
    public static GeneratorRun Of(string source, string path = "Model.cs") => Of(Compile((path, source)));

    /// <summary>Runs it over a model of the folder <c>Models</c>.</summary>
    public static GeneratorRun OfModel(string name) => Of(ModelSource(name), $"Models/{name}.cs");

    /// <param name="compilation">The compilation.</param>
    /// <param name="properties">MSBuild properties that the compiler lets generators see.</param>
    public static GeneratorRun Of(
        Compilation compilation,
        params IEnumerable<(string Name, string Value)> properties
    ) => Of(compilation, new QuantizedModelGenerator(), tracks: true, properties);

    /// <param name="compilation">The compilation.</param>
    /// <param name="generator">The generator, where it is not the one that users get.</param>
    /// <param name="tracks">
    /// Whether the reasons of steps are kept, and with them everything that the steps have seen.
    /// </param>
    /// <param name="properties">MSBuild properties that the compiler lets generators see.</param>
    public static GeneratorRun Of(
        Compilation compilation,
        QuantizedModelGenerator generator,
        bool tracks = true,
        params IEnumerable<(string Name, string Value)> properties)
    {
        GeneratorDriver driver = CSharpGeneratorDriver.Create(
            [generator.AsSourceGenerator()],
            parseOptions: ParseOptions,
            optionsProvider: new BuildProperties(
                properties.ToDictionary(p => "build_property." + p.Name, p => p.Value)),
            driverOptions: new GeneratorDriverOptions(
                IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: tracks));
        return Again(driver, compilation);
    }

    /// <summary>Runs the same driver over another compilation.</summary>
    public static GeneratorRun Again(GeneratorDriver driver, Compilation compilation)
    {
        driver = driver.RunGeneratorsAndUpdateCompilation(compilation, out Compilation output, out _);
        return new GeneratorRun(compilation, output, driver);
    }

    /// <summary>The analyzer over a compilation that has what the generator wrote.</summary>
    public static CompilationWithAnalyzers Analyze(Compilation output) =>
        output.WithAnalyzers([new QuantizationAnalyzer()]);

    public static string ModelSource(string name)
    {
        using Stream stream = typeof(GeneratorRun).Assembly.GetManifestResourceStream(name + ".cs")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    /// <summary>
    /// Compiles as strictly as a project can: nullable, every warning an error, documentation checked.
    /// </summary>
    public static CSharpCompilation Compile(params IEnumerable<(string Path, string Source)> files) =>
        CSharpCompilation.Create(
            "Models",
            files.Select(f => Parse(f.Source, f.Path)),
            References,
            new CSharpCompilationOptions(
                OutputKind.DynamicallyLinkedLibrary,
                nullableContextOptions: NullableContextOptions.Enable,
                generalDiagnosticOption: ReportDiagnostic.Error,
                warningLevel: 9999));

    public static SyntaxTree Parse(string source, string path) =>
        CSharpSyntaxTree.ParseText(source, ParseOptions, path);
}
