using System.Reflection;
using QDrop.Calibration.Reports.Documents;
using QDrop.Calibration.Reports.Page;
using Xunit;

namespace QDrop.Tests.Reports.Rendering;

/// <summary>The report's page as a browser shows it, at the width of a phone and of a desk, light and dark.</summary>
public sealed class PageRenderingTests(Chromium browser) : IClassFixture<Chromium>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("qdrop-page-").FullName;

    private static string Root { get; } =
        typeof(PageRenderingTests)
            .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(static a => a.Key == "RepositoryRoot")
            .Value!;

    public static TheoryData<string> Reports =>
        [
            nameof(SampleReports.Usual),
            nameof(SampleReports.Large),
            nameof(SampleReports.Empty),
            nameof(SampleReports.Unmeasured),
            nameof(SampleReports.Budgeted),
            nameof(SampleReports.LargeBudget),
        ];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_example_in_the_documentation_is_shown_without_a_fault()
    {
        string[] pages = Directory.GetFiles(Path.Combine(Root, "docs", "examples"), "*.html");
        Assert.NotEmpty(pages);
        foreach (string page in pages)
            Assert.Empty(await FaultsOf(page));
    }

    [Theory]
    [MemberData(nameof(Reports))]
    public async Task Whatever_a_report_says_its_page_is_shown_without_a_fault(string report)
    {
        var document = (ReportDocument)typeof(SampleReports).GetProperty(report)!.GetValue(null)!;
        Assert.Empty(await FaultsOf(Written(ReportPage.Of(document))));
    }

    /// <summary>What the browser would be silent about if it were not asked.</summary>
    [Theory]
    [InlineData("<p style='width: 3000px'>wide</p>", "the page is")]
    [InlineData("<p style='position: relative; left: -40px'>left</p>", "sticks out of the window")]
    [InlineData(
        "<div style='width: 200px; overflow: hidden'><p style='width: 300px'>cut off</p></div>",
        "what is in it is wider than it")]
    [InlineData(
        "<svg viewBox='0 0 100 20'><text x='90' y='15'>beyond its drawing</text></svg>",
        "is drawn outside its drawing")]
    [InlineData(
        "<svg viewBox='0 0 100 20'><text x='0' y='15'>one</text><text x='5' y='15'>two</text></svg>",
        "words lie on each other")]
    [InlineData(
        "<div class='row'><span>name</span><span style='margin-left: -20px'>value</span></div>",
        "parts of a row lie on each other")]
    [InlineData("<p style='color: #999; background: #fff'>pale</p>", "contrast")]
    [InlineData("<script>console.warn('careful')</script>", "console: warning")]
    [InlineData("<script>missing()</script>", "exception")]
    [InlineData("<img alt='' src='http://127.0.0.1:9/picture.png'/>", "request: http://127.0.0.1:9")]
    [InlineData("<link rel='stylesheet' href='missing.css'/>", "failed request")]
    public async Task A_fault_is_found(string fault, string finding)
    {
        string page = ReportPage
            .Of(SampleReports.Unmeasured)
            .Replace("</main>", $"{fault}</main>", StringComparison.Ordinal);
        Assert.Contains(
            await browser.Look(Written(page), PageView.All[0], Inspection),
            f => f.StartsWith(finding, StringComparison.Ordinal));
    }

    private static string Inspection
    {
        get
        {
            using var reader = new StreamReader(
                typeof(PageRenderingTests).Assembly.GetManifestResourceStream("inspect.js")!);
            return reader.ReadToEnd();
        }
    }

    private async Task<IReadOnlyList<string>> FaultsOf(string page)
    {
        var faults = new List<string>();
        foreach (PageView view in PageView.All)
            faults.AddRange(
                (await browser.Look(page, view, Inspection)).Select(f => $"{view.Width} {view.Scheme}: {f}"));
        return faults;
    }

    private string Written(string page)
    {
        string path = Path.Combine(_folder, "page.html");
        File.WriteAllText(path, page);
        return path;
    }
}
