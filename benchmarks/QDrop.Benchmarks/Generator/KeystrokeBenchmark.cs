using System.Collections.Immutable;
using BenchmarkDotNet.Attributes;
using Microsoft.CodeAnalysis;

namespace QDrop.Benchmarks.Generator;

/// <summary>
/// What an editor waits for after a keystroke: the new compilation and what stands against the file that is open,
/// without and with the generator.
/// </summary>
public class KeystrokeBenchmark
{
    private ModelProject _project = null!;
    private GeneratorDriver _driver = null!;
    private GeneratorDriver _finding = null!;
    private Compilation _output = null!;
    private SyntaxTree _open = null!;
    private ImmutableArray<SyntaxTree> _written;

    [Params(1, 20, 200)]
    public int Models { get; set; }

    [Params(Keystroke.UnrelatedMethod, Keystroke.Forward, Keystroke.LayersConstructor)]
    public Keystroke Where { get; set; }

    [GlobalSetup]
    public void Open()
    {
        _project = new ModelProject(Models);
        _driver = ModelProject.Driver.RunGenerators(_project.Compilation);
        _finding = FindingGenerator.Driver.RunGenerators(_project.Compilation);
        _open = _project.FileOf(Where);
        _written = _driver.GetRunResult().GeneratedTrees;
        _output = _project.Compilation.AddSyntaxTrees(_written);
    }

    [Benchmark(Baseline = true)]
    public int Compilation()
    {
        (Microsoft.CodeAnalysis.CSharp.CSharpCompilation? compilation, SyntaxTree? edited) = _project.Type(Where);
        return compilation.GetSemanticModel(edited).GetDiagnostics().Length;
    }

    /// <summary>With a generator that only finds the models: the least that any generator would cost here.</summary>
    [Benchmark]
    public int WithFinding()
    {
        (Microsoft.CodeAnalysis.CSharp.CSharpCompilation? compilation, SyntaxTree? edited) = _project.Type(Where);
        _finding = _finding.RunGenerators(compilation);
        return compilation.GetSemanticModel(edited).GetDiagnostics().Length;
    }

    /// <summary>
    /// As an editor does it: the compilation with the generated files is kept, and of these only the ones that the
    /// generator has written anew are exchanged.
    /// </summary>
    [Benchmark]
    public int WithGenerator()
    {
        (Microsoft.CodeAnalysis.CSharp.CSharpCompilation? compilation, SyntaxTree? edited) = _project.Type(Where);
        _driver = _driver.RunGenerators(compilation);
        ImmutableArray<SyntaxTree> written = _driver.GetRunResult().GeneratedTrees;
        _output = _output.ReplaceSyntaxTree(_open, edited);
        if (written.Length != _written.Length)
            throw new InvalidOperationException($"{written.Length} files were generated, {_written.Length} before");
        // The driver gives new trees each time, of the same texts where nothing was written anew.
        _written =
        [
            .. written.Zip(
                _written,
                (now, before) => now.GetText().ContentEquals(before.GetText()) ? before : Exchange(before, now)),
        ];
        _open = edited;
        return _output.GetSemanticModel(edited).GetDiagnostics().Length;
    }

    private SyntaxTree Exchange(SyntaxTree before, SyntaxTree now)
    {
        _output = _output.ReplaceSyntaxTree(before, now);
        return now;
    }
}
