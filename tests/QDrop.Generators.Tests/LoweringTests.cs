using System.Text;
using QDrop.Generators.Tests.Helpers;
using VerifyXunit;

namespace QDrop.Generators.Tests;

/// <summary>What becomes of the ways in which users write a forward.</summary>
public sealed class LoweringTests
{
    public static TheoryData<string> Groups => [.. Forwards.Groups.Keys];

    [Theory]
    [MemberData(nameof(Groups))]
    public async Task Rewritten_forwards(string group)
    {
        var text = new StringBuilder();
        foreach (string name in Forwards.Groups[group].Keys)
        {
            var run = GeneratorRun.Of(Forwards.Source(name));
            Assert.Empty(run.Diagnostics);
            string source = run.Sources["Models.Net.Quantized.g.cs"];
            text.Append("//// ").Append(name).Append('\n').Append(Between(source, "_model = model;", "        }"));
            text.Append(Between(source, "#pragma warning disable", "#pragma warning restore")).Append('\n');
        }
        await Verifier
            .Verify(
                text.ToString().Replace("global::QDrop.CompilerServices.", "").Replace("global::TorchSharp.", ""),
                "txt")
            .UseDirectory("Snapshots")
            .UseParameters(group);
    }

    /// <summary>
    /// The lines between the line with the one and the line with the other, as far to the left as they go.
    /// </summary>
    private static string Between(string source, string start, string end)
    {
        string[] lines =
        [
            .. source
                .Split('\n')
                .SkipWhile(l => !l.Contains(start))
                .Skip(1)
                .TakeWhile(l => l.Trim().Length == 0 || !l.StartsWith(end, StringComparison.Ordinal)),
        ];
        int indentation = lines
            .Where(l => l.Trim().Length > 0)
            .Select(l => l.Length - l.TrimStart().Length)
            .DefaultIfEmpty()
            .Min();
        return string.Concat(lines.Select(l => l[Math.Min(indentation, l.Length)..] + "\n"));
    }
}
