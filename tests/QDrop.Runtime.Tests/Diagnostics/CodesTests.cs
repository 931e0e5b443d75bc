using System.Text.RegularExpressions;
using Xunit;

namespace QDrop.Tests.Diagnostics;

/// <summary>The table of codes: each has one number, a page, and a place that raises it.</summary>
public sealed partial class CodesTests
{
    private const string Table = "src/Shared/Codes.cs";

    private static readonly Dictionary<string, string> _codes = typeof(Codes).GetFields()
        .ToDictionary(static field => field.Name, static field => (string)field.GetValue(null)!);

    public static TheoryData<string> Names => [.. _codes.Keys];

    [Fact]
    public void Every_code_is_there_once()
    {
        Assert.Equal(_codes.Count, _codes.Values.Distinct().Count());
        Assert.All(_codes.Values, static code => Assert.Matches("^QDROP[012][0-9]{2}$", code));
        Assert.Equal(_codes.Values.Order(StringComparer.Ordinal), _codes.Values);
    }

    [Theory, MemberData(nameof(Names))]
    public void A_code_has_a_page_with_its_title(string name)
    {
        string code = _codes[name];
        Assert.EndsWith($"/docs/diagnostics/{Codes.PageOf(code)}", Codes.HelpLink(code), StringComparison.Ordinal);
        string heading = File.ReadLines(Repository.File("docs", "diagnostics", Codes.PageOf(code))).First();
        Assert.Equal($"# {code}: {CodeAttribute.Of(code).Title}", heading, ignoreCase: true);
    }

    [Fact]
    public void A_page_has_a_code()
    {
        string[] pages = Directory.GetFiles(Repository.File("docs", "diagnostics"), "QDROP*.md");
        Assert.Equal(_codes.Values.Select(Codes.PageOf).Order(), pages.Select(static p => Path.GetFileName(p)).Order());
    }

    [Theory, MemberData(nameof(Names))]
    public void A_code_is_raised_somewhere(string name) => Assert.Contains(
        Repository.Sources, source => source.Key != Table && Regex.IsMatch(source.Value, $@"\bCodes\.{name}\b"));

    [Fact]
    public void No_other_file_has_a_code_as_text() => Assert.All(
        Repository.Sources.Where(static source => source.Key != Table),
        static source => Assert.Empty(Literal().Matches(source.Value).Select(code => $"{source.Key}: {code}")));

    [Fact]
    public void What_is_written_of_codes_names_codes_that_there_are()
    {
        IEnumerable<(string path, string)> documents = Directory
            .GetFiles(Repository.File("docs"), "*.md", SearchOption.AllDirectories)
            .Append(Repository.File("README.md"))
            .Select(static path => (path, File.ReadAllText(path)));
        foreach (
            (string? path, string? text) in documents.Concat(Repository.Sources.Select(static s => (s.Key, s.Value))))
        {
            IEnumerable<string> unknown = Code().Matches(text).Select(static code => code.Value).Except(_codes.Values);
            Assert.Empty(unknown.Select(code => $"{path}: {code}"));
        }
    }

    [Fact]
    public void The_release_notes_of_the_analyzer_have_the_codes_of_the_source()
    {
        string notes = File.ReadAllText(Repository.File("src", "QDrop.Generators", "AnalyzerReleases.Unshipped.md"))
            + File.ReadAllText(Repository.File("src", "QDrop.Generators", "AnalyzerReleases.Shipped.md"));
        IEnumerable<string> rows = _codes
            .Values.Where(static code => code.StartsWith("QDROP0", StringComparison.Ordinal))
            .Select(static code => $"{code} | QDrop | {CodeAttribute.Of(code).Severity} |");
        Assert.All(rows, row => Assert.Contains(row, notes, StringComparison.Ordinal));
    }

    [GeneratedRegex("\"QDROP[0-9]{3}")]
    private static partial Regex Literal();

    [GeneratedRegex("QDROP[0-9]{3}")]
    private static partial Regex Code();
}
