using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Engines;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace QDrop.Benchmarks.Generator;

/// <summary>Runs the generator's benchmarks in this process, which has the same references as the models.</summary>
internal static class GeneratorBenchmarks
{
    public static void Run()
    {
        WarmUp();
        BenchmarkRunner.Run<KeystrokeBenchmark>(Configuration(warmups: 50, iterations: 100));
        BenchmarkRunner.Run<ColdBenchmark>(Configuration(warmups: 2, iterations: 6));
    }

    // An editor has run for hours: the code is compiled to its end. The first benchmarks would pay for it otherwise.
    private static void WarmUp()
    {
        foreach (Keystroke keystroke in Enum.GetValues<Keystroke>())
        {
            var benchmark = new KeystrokeBenchmark { Models = 1, Where = keystroke };
            benchmark.Open();
            for (int i = 0; i < 2000; i++)
            {
                benchmark.Compilation();
                benchmark.WithFinding();
                benchmark.WithGenerator();
            }
        }
    }

    // Nobody collects garbage after every keystroke: forced collections would empty the compiler's weak caches.
    private static ManualConfig Configuration(int warmups, int iterations) =>
        ManualConfig
            .CreateEmpty()
            .AddJob(
                Job.Default.WithToolchain(InProcessEmitToolchain.Instance)
                    .WithStrategy(RunStrategy.Monitoring)
                    .WithWarmupCount(warmups)
                    .WithIterationCount(iterations)
                    .WithGcForce(false))
            .AddColumnProvider(DefaultColumnProviders.Params, DefaultColumnProviders.Statistics)
            .AddColumn(TargetMethodColumn.Method, StatisticColumn.Median, StatisticColumn.Min)
            .AddExporter(MarkdownExporter.GitHub)
            .AddLogger(ConsoleLogger.Default)
            .WithArtifactsPath("artifacts/benchmarks");
}
