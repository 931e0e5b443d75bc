using BenchmarkDotNet.Attributes;
using Microsoft.CodeAnalysis;

namespace QDrop.Benchmarks.Generator;

/// <summary>
/// What a build waits for: everything parsed and checked, without and with the generator and what it writes.
/// </summary>
public class ColdBenchmark
{
    private ModelProject _project = null!;

    [Params(1, 20, 200)]
    public int Models { get; set; }

    [GlobalSetup]
    public void Open() => _project = new ModelProject(Models);

    [Benchmark(Baseline = true)]
    public int Compilation() => _project.Open().GetDiagnostics().Length;

    /// <summary>The generator alone, on a project that nothing is known of.</summary>
    [Benchmark]
    public int Generator() => ModelProject.Driver.RunGenerators(_project.Open()).GetRunResult().GeneratedTrees.Length;

    [Benchmark]
    public int WithGenerator()
    {
        ModelProject.Driver.RunGeneratorsAndUpdateCompilation(_project.Open(), out Compilation? output, out _);
        return output.GetDiagnostics().Length;
    }
}
