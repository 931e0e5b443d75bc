using System.Globalization;
using QDrop.Generators.Tests.Fuzzing;
using Xunit.Abstractions;

namespace QDrop.Generators.Tests;

/// <summary>
/// Whatever is typed: the generator and the analyzer do not throw, do not hang, and what they write compiles.
/// </summary>
public sealed class FuzzTests(ITestOutputHelper log)
{
    /// <summary>Variants of all sources together.</summary>
    private const int Variants = 3200;

    /// <summary>
    /// What no variant may take. One that did is tried again: a machine may stall, but not at the same place every
    /// time.
    /// </summary>
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(1);

    public static TheoryData<string> Sources => [.. FuzzSources.Names];

    [Theory]
    [MemberData(nameof(Sources))]
    public void Spoiled_sources_are_survived_in_time_and_what_compiles_has_a_twin_or_an_error(string name)
    {
        FuzzedProject project = FuzzSources.Open(name);
        Assert.Equal((true, null), (project.Try(project.Source).Compiles, project.Try(project.Source).Failure));
        var mutator = new Mutator(project.Source, seed: 2203_05740);
        var verdicts = new List<Verdict>();
        var failures = new List<string>();
        for (int i = 0; i * FuzzSources.Names.Count < Variants; i++)
        {
            (string what, string source) = mutator.Next();
            Verdict verdict = project.Try(source);
            for (int again = 0; again < 3 && verdict.Failure is null && verdict.Time > Slow; again++)
                verdict = FuzzSources.Open(name).Try(source);
            if (verdict.Time > Slow)
                verdict = verdict with { Failure = verdict.Failure ?? $"it takes {verdict.Time.TotalSeconds:0.0} s" };
            verdicts.Add(verdict);
            if (verdict.Failure is { } failure)
                failures.Add($"variant {i}, {what}: {failure}");
        }
        int compile = verdicts.Count(v => v.Compiles),
            refused = verdicts.Count(v => v is { Compiles: true, Refused: true });
        TimeSpan[] times = [.. verdicts.Select(v => v.Time).Order()];
        log.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{name}: {verdicts.Count} variants, {compile} compile, of which {refused} have an error of ours; "
                    + $"median {times[times.Length / 2].TotalMilliseconds:0.0} ms, slowest "
                    + $"{times[^1].TotalMilliseconds:0} ms"));
        Assert.True(failures.Count == 0, $"{failures.Count} failures\n" + string.Join("\n\n", failures.Take(6)));
        Assert.True(
            compile > verdicts.Count / 50,
            $"only {compile} variants compile: too few to say anything about the output");
    }

    [Fact]
    public void There_are_at_least_3000_variants() =>
        Assert.True(
            (Variants + FuzzSources.Names.Count - 1) / FuzzSources.Names.Count * FuzzSources.Names.Count >= 3000);
}
