using BenchmarkDotNet.Attributes;
using Microsoft.CodeAnalysis;

namespace QDrop.Benchmarks.Generator;

/// <summary>What an editor waits for after a keystroke: the new compilation and what stands against the file that is open, without and with the generator.</summary>
public class KeystrokeBenchmark
{
    private ModelProject _project = null!;
    private GeneratorDriver _driver = null!;

    [Params(1, 20, 200)]
    public int Models { get; set; }

    [Params(Keystroke.UnrelatedMethod, Keystroke.Forward, Keystroke.LayersConstructor)]
    public Keystroke Where { get; set; }

    [GlobalSetup]
    public void Open()
    {
        _project = new ModelProject(Models);
        _driver = ModelProject.Driver.RunGenerators(_project.Compilation);
    }

    [Benchmark(Baseline = true)]
    public int Compilation()
    {
        var (compilation, edited) = _project.Type(Where);
        return compilation.GetSemanticModel(edited).GetDiagnostics().Length;
    }

    [Benchmark]
    public int WithGenerator()
    {
        var (compilation, edited) = _project.Type(Where);
        _driver = _driver.RunGeneratorsAndUpdateCompilation(compilation, out var output, out _);
        return output.GetSemanticModel(edited).GetDiagnostics().Length;
    }
}
