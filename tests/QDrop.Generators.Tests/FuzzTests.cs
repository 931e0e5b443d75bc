using System.Globalization;
using QDrop.Generators.Tests.Fuzzing;
using Xunit.Abstractions;

namespace QDrop.Generators.Tests;

/// <summary>
/// Whatever is typed: the generator and the analyzer do not throw, do not hang, and what they write compiles.
/// </summary>
public sealed class FuzzTests(ITestOutputHelper log)
{
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
        IReadOnlyList<FuzzedProject> projects = FuzzSources.Open(name);
        Assert.All(
            projects,
            p =>
            {
                Verdict whole = p.Try(p.Source);
                Assert.Equal((true, null), (whole.Compiles, whole.Failure));
                Assert.NotEqual(whole.Refused, p.HasTwin);
            });
        Mutator[] mutators = [.. projects.Select((p, i) => p.Spoil(seed: 2203_05740 + i))];
        var verdicts = new List<Verdict>();
        var failures = new List<string>();
        for (int i = 0; i < FuzzSources.VariantsOf(name); i++)
        {
            FuzzedProject project = projects[i % projects.Count];
            (string what, string source) = mutators[i % projects.Count].Next();
            Verdict verdict = project.Try(source);
            for (int again = 0; again < 3 && verdict.Failure is null && verdict.Time > Slow; again++)
                verdict = project.Anew().Try(source);
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
    public void There_are_at_least_5000_variants() =>
        Assert.InRange(FuzzSources.Names.Sum(FuzzSources.VariantsOf), 5000, int.MaxValue);
}
