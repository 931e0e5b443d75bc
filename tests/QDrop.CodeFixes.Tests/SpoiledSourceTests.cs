using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using QDrop.CodeFixes.Tests.Helpers;
using QDrop.Generators.Tests.Fuzzing;

namespace QDrop.CodeFixes.Tests;

/// <summary>Whatever is typed: a fix that is offered does not throw, and changes something.</summary>
public sealed class SpoiledSourceTests
{
    /// <summary>Variants of one source: an editor's workspace costs many times as much as an analysis.</summary>
    private const int Variants = 8;

    private const string Partial = "partial ";

    public static TheoryData<string> Sources => [.. FuzzSources.Names];

    [Theory]
    [MemberData(nameof(Sources))]
    public async Task Fixes_survive_spoiled_sources(string name)
    {
        FuzzedProject[] projects = [.. FuzzSources.Open(name).Take(Variants)];
        Mutator[] mutators = [.. projects.Select(static (p, i) => p.Spoil(seed: 2203_05740 + i))];
        var failures = new List<string>();
        int offered = 0;
        for (int i = 0; i < Variants; i++)
        {
            FuzzedProject project = projects[i % projects.Length];
            (string what, string source) = mutators[i % projects.Length].Next();
            // Without its "partial", a class has a diagnostic that can be fixed, wherever else the source is spoiled.
            int place = source.IndexOf(Partial, StringComparison.Ordinal);
            if (place >= 0)
                source = source.Remove(place, Partial.Length);
            (int offers, string? failure) = await TryFixesAsync(project.FilesWith(source));
            offered += offers;
            if (failure is not null)
                failures.Add($"variant {i}, {what}: {failure}");
        }
        Assert.True(failures.Count == 0, $"{failures.Count} failures\n" + string.Join("\n\n", failures.Take(6)));
        Assert.True(
            offered > 0, $"nothing is offered for {Variants} variants: too few to say anything about the fixes");
    }

    /// <summary>Applies everything that an editor offers, one after the other to the same sources.</summary>
    /// <returns>How much was offered, and what went wrong, if anything.</returns>
    private static async Task<(int Offers, string? Failure)> TryFixesAsync(
        IEnumerable<(string Path, string Source)> files)
    {
        using var run = FixRun.Of(files);
        Solution before = run.Solution;
        int offers = 0;
        try
        {
            foreach (Diagnostic diagnostic in await run.DiagnosticsAsync())
            {
                foreach (CodeAction offer in await run.OffersAsync(diagnostic))
                {
                    offers++;
                    await run.ApplyAsync(offer);
                    if (run.Solution == before)
                        return (offers, $"'{offer.Title}' changes nothing");
                    run.Reset(before);
                }
            }
        }
        catch (Exception exception)
        {
            return (offers, exception.ToString());
        }
        return (offers, null);
    }
}
