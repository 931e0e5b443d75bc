using System.Diagnostics;
using System.Text;
using QDrop.Protocol;
using Xunit;

namespace QDrop.Build.Tests;

/// <summary>What differs between systems, tested for each where one can.</summary>
public sealed class SystemTests
{
    [Theory]
    [InlineData(139, "segmentation fault, signal 11")]
    [InlineData(137, "ran out of memory")]
    [InlineData(132, "newer processor")]
    [InlineData(134, "aborted")]
    [InlineData(138, "ended by signal 10")]
    [InlineData(3, "exit status 3")]
    [InlineData(255, "exit status 255")]
    public void An_exit_status_of_Unix_is_a_signal(int status, string expected)
    {
        string meaning = ExitStatus.Meaning(status, isWindows: false, greeted: true);
        Assert.Contains(expected, meaning, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0xC0000005, "access violation")]
    [InlineData(0xC000001D, "newer processor")]
    [InlineData(0xC0000017, "out of memory")]
    [InlineData(0xC0000135, "a library that the worker needs is missing")]
    [InlineData(0xC0000374, "a crash in native code")]
    [InlineData(0xE0434352, "an exception that nothing handled")]
    [InlineData(0xC0FFEE00, "exit status 0xC0FFEE00")]
    [InlineData(3, "exit status 3")]
    [InlineData(137, "exit status 137")]
    public void An_exit_status_of_Windows_is_an_exception(uint status, string expected)
    {
        string meaning = ExitStatus.Meaning((int)status, isWindows: true, greeted: true);
        Assert.Contains(expected, meaning, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(150, false)]
    [InlineData(unchecked((int)0x80008096), true)]
    public void Before_the_worker_runs_the_status_is_that_of_dotnet(int status, bool isWindows)
    {
        const string Expected = "the .NET runtime that the project targets is not installed";
        Assert.Equal(Expected, ExitStatus.Meaning(status, isWindows, greeted: false));
        Assert.NotEqual(Expected, ExitStatus.Meaning(status, isWindows, greeted: true));
    }

    [Fact]
    public void A_runtime_that_is_not_installed_has_the_status_that_is_known()
    {
        using var folder = new TemporaryFolder();
        const string Newer = """{"runtimeOptions":{"framework":{"name":"Microsoft.NETCore.App","version":"99.0.0"}}}""";
        string configuration = folder.Write("a.runtimeconfig.json", Newer);
        string program = typeof(SystemTests).Assembly.Location;
        string[] arguments = ["exec", "--runtimeconfig", configuration, program];
        using Process process = Process.Start(
            new ProcessStartInfo("dotnet", arguments) { RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        string meaning = ExitStatus.Meaning(process.ExitCode, OperatingSystem.IsWindows(), greeted: false);
        Assert.Contains("is not installed", meaning, StringComparison.Ordinal);
    }

    [Fact]
    public void A_byte_order_mark_before_the_request_which_NET_Framework_writes_is_skipped()
    {
        string worker = Repository.Output("QDrop.Calibrator", "net10.0", "QDrop.Calibrator.dll");
        using Process process = Process.Start(new ProcessStartInfo("dotnet", ["exec", worker])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var request = new WorkerRequest { ProjectFile = "/nowhere/App.csproj", BaseDirectory = "/nowhere" };
        byte[] line = Encoding.UTF8.GetBytes(JsonLine.Write(request) + "\n");
        process.StandardInput.BaseStream.Write([.. Encoding.UTF8.Preamble, .. line]);
        process.StandardInput.Close();
        string answer = process.StandardOutput.ReadToEnd();
        Assert.Contains("/nowhere", answer.Replace("\\/", "/", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void Paths_that_differ_in_case_are_one_where_the_system_says_so()
    {
        string[] paths = ["/obj/App.Net.qdrop.json", "/obj/App.NET.qdrop.json"];
        Assert.Single(paths.ToHashSet(FilePaths.ComparerOf(ignoresCase: true)));
        Assert.Equal(2, paths.ToHashSet(FilePaths.ComparerOf(ignoresCase: false)).Count);
        Assert.Equal(OperatingSystem.IsLinux() ? 2 : 1, paths.ToHashSet(FilePaths.Comparer).Count);
    }
}
