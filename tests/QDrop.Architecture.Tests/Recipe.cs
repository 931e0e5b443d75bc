using System.Text.RegularExpressions;

namespace QDrop.Architecture.Tests;

/// <summary>A recipe of <c>CONTRIBUTING.md</c>: how to add something, with an example.</summary>
/// <param name="Title">The heading, such as <c>Add a layer</c>.</param>
/// <param name="Names">What the example adds: first itself, then what it brings along.</param>
/// <param name="Files">The files in which those are, in the order of the page.</param>
internal sealed partial record Recipe(string Title, IReadOnlyList<string> Names, IReadOnlyList<string> Files)
{
    /// <summary>Reads the recipes: headings of the third level, each with an example and a numbered list.</summary>
    public static IReadOnlyList<Recipe> Read(string page) =>
    [
        .. page.Split("\n### ").Skip(1).Select(static section => new Recipe(
            section[..section.IndexOf('\n', StringComparison.Ordinal)],
            [.. Code().Matches(Example().Match(section).Value).Select(static m => m.Groups[1].Value)],
            [.. Item().Matches(section).Select(static m => m.Groups[1].Value)])),
    ];

    [GeneratedRegex("^Example: .*$", RegexOptions.Multiline)]
    private static partial Regex Example();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();

    [GeneratedRegex("^[0-9]+\\. `([^`]+)`", RegexOptions.Multiline)]
    private static partial Regex Item();
}
