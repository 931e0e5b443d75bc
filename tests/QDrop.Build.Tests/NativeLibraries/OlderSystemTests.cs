using QDrop.Build.NativeLibraries;
using Xunit;

namespace QDrop.Build.Tests.NativeLibraries;

/// <summary>
/// The option QDropOlderLibstdcxx in builds of a program. The system's C++ library is one made by hand, so that every
/// system is an older one; its versions are those that TorchSharp's library needs, without the newest.
/// </summary>
public sealed class OlderSystemTests : IDisposable
{
    private const string Line = "copy of libLibTorchSharp.so that does without GLIBCXX_3.4.32,";

    private static readonly string Binding =
        NuGetCache.Native("torchsharp", Repository.TorchSharpVersion, "libLibTorchSharp.so");

    private readonly TestProject _project = new();
    private readonly string _system;

    public OlderSystemTests()
    {
        _system = WriteSystem("libstdc++.so.6", without: ["GLIBCXX_3.4.32"]);
        _project.Write("Program.cs", "Console.WriteLine(typeof(TorchSharp.torch).Assembly.GetName().Name);");
    }

    [LinuxX64Fact]
    public void The_copy_is_beside_the_program_and_a_second_build_does_nothing()
    {
        byte[] original = File.ReadAllBytes(Binding);

        BuildResult first = Build();
        DateTime written = File.GetLastWriteTimeUtc(Copied);
        BuildResult second = Build();

        Assert.True(first.ExitCode == 0, first.Output);
        Assert.Contains(Line, first.Output, StringComparison.Ordinal);
        Assert.True(second.ExitCode == 0, second.Output);
        Assert.DoesNotContain("QDrop: ", second.Output, StringComparison.Ordinal);
        AssertAdapted(Copied);
        Assert.Equal(written, File.GetLastWriteTimeUtc(Copied));
        Assert.Equal(original, File.ReadAllBytes(Binding));
    }

    [LinuxX64Theory]
    [InlineData("true")]
    [InlineData("false")]
    public void The_option_can_be_switched_on_and_off(string hardLinks)
    {
        byte[] original = File.ReadAllBytes(Binding);
        string links = $"-p:CreateHardLinksForCopyLocalIfPossible={hardLinks}";
        foreach (string others in new[] { links, "-p:CreateHardLinksForCopyLocalIfPossible=true", links })
        {
            Build("-p:QDropOlderLibstdcxx=false", others);
            Assert.Equal(original, File.ReadAllBytes(Copied));
            Build(links);
            AssertAdapted(Copied);
        }

        Assert.Equal(original, File.ReadAllBytes(Binding));
    }

    [LinuxX64Theory]
    [InlineData("", "runtimes/linux-x64/native")]
    [InlineData("-r linux-x64 --no-self-contained", "")]
    [InlineData("-r linux-x64 --no-self-contained -p:PublishSingleFile=true -p:UseAppHost=true", "")]
    public void A_publication_has_it_too_and_gets_the_original_back(string arguments, string folder)
    {
        string published = _project.File("out", folder, "libLibTorchSharp.so");
        string[] given = arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string[] all = [.. given, "-o", _project.File("out"), "-p:QDropEnabled=false"];

        BuildResult on = _project.Run("publish", [.. all, System]);
        Assert.True(on.ExitCode == 0, on.Output);
        AssertAdapted(published);
        BuildResult off = _project.Run("publish", [.. all, System, "-p:QDropOlderLibstdcxx=false"]);

        Assert.True(off.ExitCode == 0, off.Output);
        Assert.Equal(File.ReadAllBytes(Binding), File.ReadAllBytes(published));
    }

    [LinuxX64Fact]
    public void The_dependency_file_is_that_of_the_original()
    {
        Build();
        List<string> adapted = Lines();
        File.Delete(Path.Combine(_project.Bin, "App.deps.json"));
        Build("-p:QDropOlderLibstdcxx=false");

        Assert.Equal(Lines(), adapted);

        // Assets of a package may come in another order.
        List<string> Lines()
        {
            string[] lines = File.ReadAllLines(Path.Combine(_project.Bin, "App.deps.json"));
            return [.. lines.Select(static l => l.Trim(' ', ',')).Order(StringComparer.Ordinal)];
        }
    }

    [LinuxX64Fact]
    public void Without_the_option_a_build_with_models_says_what_to_set_before_the_worker_starts()
    {
        _project.Write("TinyNet.cs", Sources.TinyNet);

        BuildResult result = Build("-p:QDropOlderLibstdcxx=false", "-p:QDropDotNetHost=/nothing/that/could/start");

        Assert.NotEqual(0, result.ExitCode);
        Microsoft.Build.Logging.StructuredLogger.AbstractDiagnostic error = Assert.Single(result.Errors);
        Assert.Equal("QDROP112", error.Code);
        Assert.Contains("GLIBCXX_3.4.32", error.Text, StringComparison.Ordinal);
        Assert.Contains("<QDropOlderLibstdcxx>true</QDropOlderLibstdcxx>", error.Text, StringComparison.Ordinal);
    }

    [LinuxX64Theory]
    [InlineData("true")]
    [InlineData("false")]
    public void A_system_that_is_older_still_is_an_error_with_and_without_the_option(string option)
    {
        _project.Write("TinyNet.cs", Sources.TinyNet);
        string older = WriteSystem("older/libstdc++.so.6", without: ["GLIBCXX_3.4.30", "GLIBCXX_3.4.32"]);

        BuildResult result = _project.Build($"-p:QDropSystemLibstdcxx={older}", $"-p:QDropOlderLibstdcxx={option}");

        Microsoft.Build.Logging.StructuredLogger.AbstractDiagnostic error = Assert.Single(result.Errors);
        Assert.Equal("QDROP113", error.Code);
        Assert.Contains("condition_variable", error.Text, StringComparison.Ordinal);
        Assert.Contains("of GLIBCXX_3.4.30, which is newer", error.Text, StringComparison.Ordinal);
    }

    public void Dispose() => _project.Dispose();

    private string Copied => Path.Combine(_project.Bin, "runtimes", "linux-x64", "native", "libLibTorchSharp.so");

    private string System => $"-p:QDropSystemLibstdcxx={_system}";

    private static void AssertAdapted(string path)
    {
        byte[] original = File.ReadAllBytes(Binding), copy = File.ReadAllBytes(path);
        Assert.Equal(original.Length, copy.Length);
        Assert.Single(Enumerable.Range(0, copy.Length), i => copy[i] != original[i]);
    }

    /// <summary>A C++ library with the versions that TorchSharp's library needs, but for some.</summary>
    private string WriteSystem(string name, string[] without)
    {
        var builder = new ElfBuilder();
        IReadOnlyList<NeededVersion> needed = ElfVersions.Needed(
            ElfImage.Parse(File.ReadAllBytes(Binding)), "libstdc++.so.6");
        foreach (NeededVersion? version in needed.Where(v => !without.Contains(v.Name)))
            builder.Define(version.Name);
        string path = _project.Write(name, "");
        File.WriteAllBytes(path, builder.Build());
        return path;
    }

    private BuildResult Build(params string[] arguments) => _project.Build([System, .. arguments]);
}
