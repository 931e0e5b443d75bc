using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Xunit;

namespace QDrop.Runtime.Tests.Reports.Rendering;

/// <summary>A headless Chromium with a profile of its own, which ends with the tests whatever happens in them.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];

    private static readonly TimeSpan Start = TimeSpan.FromMinutes(2), End = TimeSpan.FromSeconds(5);

    private readonly string _folder = Directory.CreateTempSubdirectory("qdrop-chromium-").FullName;
    private readonly ConcurrentQueue<string> _said = [];
    private Process? _process;
    private DevTools? _tools;
    private string _session = "";

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
            return folders.SelectMany(static _ => Names, (folder, name) => Path.Combine(folder, name + suffix)).FirstOrDefault(File.Exists)
                ?? throw new InvalidOperationException("Chromium is not installed, and the tests look at the report's page with it. `./build.sh setup` installs it; "
                    + "or set QDROP_CHROMIUM to the program of a Chromium or Chrome that is there.");
        }
    }

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        _process = Launch(Program);
        _tools = await DevTools.Connect(await Address());
        string target = (string)(await _tools.Send("Target.createTarget", new { url = "about:blank" }))["targetId"]!;
        _session = (string)(await _tools.Send("Target.attachToTarget", new { targetId = target, flatten = true }))["sessionId"]!;
        foreach (string domain in new[] { "Page", "Runtime", "Log", "Network" })
            await Send($"{domain}.enable");
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
        var loaded = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _tools!.Event = (name, what) =>
        {
            if (name == "Page.loadEventFired")
                loaded.TrySetResult();
            else if (Finding(name, what, address) is { } finding)
                findings.Enqueue(finding);
        };
        await Send("Emulation.setDeviceMetricsOverride", new { width = view.Width, height = 900, deviceScaleFactor = 1, mobile = view.IsPhone });
        await Send("Emulation.setEmulatedMedia", new { features = new[] { new { name = "prefers-color-scheme", value = view.Scheme } } });
        await Send("Page.navigate", new { url = address });
        await loaded.Task.WaitAsync(Start);
        JsonNode answer = await Send("Runtime.evaluate", new { expression = script, returnByValue = true, awaitPromise = true });
        if (answer["exceptionDetails"] is { } exception)
            throw new InvalidOperationException($"The script that looks at the page failed: {exception.ToJsonString()}");
        return [.. findings, .. answer["result"]!["value"]!.AsArray().Select(static n => (string)n!)];
    }

    /// <summary>Ends the browser. It is called where <see cref="InitializeAsync"/> has failed, too.</summary>
    public async Task DisposeAsync()
    {
        try
        {
            if (_tools is not null)
            {
                // It ends its other processes itself if it is asked to.
                await Quietly(_tools.Send("Browser.close"));
                await _tools.DisposeAsync();
            }
        }
        finally
        {
            if (_process is not null)
            {
                if (!_process.WaitForExit(End))
                    _process.Kill(entireProcessTree: true);
                await _process.WaitForExitAsync();
                _process.Dispose();
            }
            await Delete();
        }
    }

    private static string? Finding(string name, JsonNode what, string address) => name switch
    {
        "Runtime.consoleAPICalled" => $"console: {what["type"]}: {what["args"]!.ToJsonString()}",
        "Runtime.exceptionThrown" => $"exception: {what["exceptionDetails"]!.ToJsonString()}",
        "Log.entryAdded" => $"log: {what["entry"]!["level"]}: {what["entry"]!["text"]}",
        "Network.requestWillBeSent" when (string?)what["request"]!["url"] != address => $"request: {what["request"]!["url"]}",
        "Network.loadingFailed" => $"failed request: {what["errorText"]}",
        _ => null,
    };

    private Process Launch(string program)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardError = true, RedirectStandardOutput = true };
        string[] arguments =
        [
            "--headless=new", "--remote-debugging-port=0", $"--user-data-dir={_folder}", "--no-first-run",
            // The page is the tests' own, and a sandbox needs what containers and root do not have.
            "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--disable-extensions", "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--disable-default-apps", "--disable-breakpad", "--disable-crash-reporter", "--mute-audio", "about:blank",
        ];
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        Process process = Process.Start(start)!;
        process.ErrorDataReceived += (_, line) => _said.Enqueue(line.Data ?? "");
        process.BeginErrorReadLine();
        process.OutputDataReceived += (_, line) => _said.Enqueue(line.Data ?? "");
        process.BeginOutputReadLine();
        return process;
    }

    /// <summary>The address that the browser writes into its profile when it listens.</summary>
    private async Task<Uri> Address()
    {
        string file = Path.Combine(_folder, "DevToolsActivePort");
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < Start && !_process!.HasExited; await Task.Delay(50))
        {
            if (File.Exists(file) && await File.ReadAllLinesAsync(file) is [var port, { Length: > 0 } path, ..])
                return new Uri($"ws://127.0.0.1:{port}{path}");
        }
        throw new InvalidOperationException($"Chromium does not start: {string.Join('\n', _said)}");
    }

    private async Task<JsonNode> Send(string method, object? parameters = null) => await _tools!.Send(method, parameters, _session);

    private static async Task Quietly(Task task)
    {
        try
        {
            await task;
        }
        catch (Exception error) when (error is InvalidOperationException or TimeoutException or System.Net.WebSockets.WebSocketException)
        {
            // It has ended already: what is wanted.
        }
    }

    /// <summary>Deletes the profile, into which a process that is just ending may still write.</summary>
    private async Task Delete()
    {
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                Directory.Delete(_folder, recursive: true);
                return;
            }
            catch (IOException) when (attempt < 20)
            {
                await Task.Delay(100);
            }
        }
    }
}

/// <summary>How a page is looked at.</summary>
/// <param name="Width">Pixels.</param>
/// <param name="Scheme"><c>light</c> or <c>dark</c>.</param>
internal sealed record PageView(int Width, string Scheme)
{
    /// <summary>On a phone and on a desk, by day and by night.</summary>
    public static IReadOnlyList<PageView> All { get; } = [new(390, "light"), new(390, "dark"), new(1280, "light"), new(1280, "dark")];

    /// <summary>Whether it is laid out as phones do.</summary>
    public bool IsPhone => Width < 600;
}
