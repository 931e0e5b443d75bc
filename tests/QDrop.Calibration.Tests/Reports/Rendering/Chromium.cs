using System.Collections.Concurrent;
using PuppeteerSharp;
using Xunit;

namespace QDrop.Tests.Reports.Rendering;

/// <summary>
/// A headless Chromium with a profile of its own, which ends with the tests whatever happens in them.
/// </summary>
public sealed class Chromium : IAsyncLifetime
{
    private const int Height = 900;

    private static readonly string[] Names =
    [
        "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
        "chrome",
    ];

    // The page is the tests' own, and a sandbox needs what containers and root do not have.
    private static readonly string[] Arguments =
        ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--mute-audio"];

    /// <summary>A machine may have more to do than this.</summary>
    private static readonly int Patience = (int)TimeSpan.FromMinutes(2).TotalMilliseconds;

    private IBrowser? _browser;

    /// <summary>The browser's program.</summary>
    /// <exception cref="InvalidOperationException">There is none: what to do.</exception>
    private static string Program
    {
        get
        {
            if (Environment.GetEnvironmentVariable("QDROP_CHROMIUM") is { Length: > 0 } named)
                return named;
            string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
            string suffix = OperatingSystem.IsWindows() ? ".exe" : "";
            return folders
                    .SelectMany(static _ => Names, (folder, name) => Path.Combine(folder, name + suffix))
                    .FirstOrDefault(File.Exists)
                ?? throw new InvalidOperationException(
                    "Chromium is not installed, and the tests look at the report's page with it. `./build.sh setup` "
                        + "installs it; "
                        + "or set QDROP_CHROMIUM to the program of a Chromium or Chrome that is there.");
        }
    }

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        _browser = await Puppeteer.LaunchAsync(new LaunchOptions
        {
            ExecutablePath = Program,
            Args = Arguments,
            Timeout = Patience,
            ProtocolTimeout = Patience,
        });
    }

    /// <summary>Opens a page and runs a script in it, which is no part of the page.</summary>
    /// <param name="file">The page.</param>
    /// <param name="view">How it is looked at.</param>
    /// <param name="script">An expression that gives an array of strings.</param>
    /// <returns>What the script gave, and what the browser itself has to say against the page.</returns>
    internal async Task<IReadOnlyList<string>> Look(string file, PageView view, string script)
    {
        string address = new Uri(file).AbsoluteUri;
        var findings = new ConcurrentQueue<string>();

        // A tab of its own: one that becomes a phone's loads the page before it again.
        await using IPage page = await _browser!.NewPageAsync();
        page.DefaultTimeout = Patience;
        await page.SetViewportAsync(new() { Width = view.Width, Height = Height, IsMobile = view.IsPhone });
        await page.EmulateMediaFeaturesAsync(
            [new() { MediaFeature = MediaFeature.PrefersColorScheme, Value = view.Scheme }]);
        page.Console += Said;
        page.PageError += Threw;
        page.Request += Asked;
        page.RequestFailed += Failed;
        await page.GoToAsync(address, WaitUntilNavigation.Load);
        string[] found = await page.EvaluateExpressionAsync<string[]>(script);
        return [.. findings, .. found];

        void Said(object? sender, ConsoleEventArgs what) =>
            findings.Enqueue($"console: {what.Message.Type.ToString().ToLowerInvariant()}: {what.Message.Text}");

        void Threw(object? sender, PageErrorEventArgs what) => findings.Enqueue($"exception: {what.Message}");

        void Asked(object? sender, RequestEventArgs what)
        {
            if (what.Request.Url != address)
                findings.Enqueue($"request: {what.Request.Url}");
        }

        void Failed(object? sender, RequestEventArgs what) =>
            findings.Enqueue($"failed request: {what.Request.FailureText}");
    }

    /// <summary>Ends the browser. It is called where <see cref="InitializeAsync"/> has failed, too.</summary>
    public async Task DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
    }
}
