using Microsoft.Build.Logging.StructuredLogger;
using QDrop.Build.NativeLibraries;
using Xunit;

namespace QDrop.Build.Tests.NativeLibraries;

/// <summary>
/// A libtorch that is missing or wrong, in builds and when a program runs; and a foreign one on the machine beside the
/// right one.
/// </summary>
public sealed class LibtorchTests : IDisposable
{
    private const string Native = "runtimes/linux-x64/native/";

    private readonly TestProject _project = new();

    public LibtorchTests()
    {
        _project.Write("TinyNet.cs", Sources.TinyNet);
        _project.Write("Program.cs", """
            try
            {
                using var net = App.TinyNet.LoadQuantized();
                using var y = net.call(TorchSharp.torch.zeros(2, 3, 8, 8));
                Console.WriteLine($"classes {y.shape[1]}");
            }
            catch (QDrop.QDropException e)
            {
                Console.WriteLine($"{e.Code}: {e.Message}");
            }
            """);
        Sources.WriteData(_project.Folder);
    }

    public static TheoryData<string, string, string> Faults => new()
    {
        { "none", "QDROP278", "Add the package libtorch-cpu-linux-x64 to the project, version 2.10.0" },
        { "2.7.1", "QDROP279", "libtorch of a version before 2.9, but TorchSharp 0.107.0 needs 2.10.0" },
        { "2.11.3", "QDROP279", "libtorch of version 2.11.3, but TorchSharp 0.107.0 needs 2.10.0" },
        { "2.10.0-arm64", "QDROP290", "is for Linux on Arm64, but this process runs as Linux on X64" },
        { "2.10.0-osx", "QDROP290", "is for macOS on Arm64, but this process runs as Linux on X64" },
        { "2.10.0-text", "QDROP270", "is no library" },
        { "2.10.0-cut", "QDROP270", "does not load: " },
    };

    [LinuxX64Theory]
    [MemberData(nameof(Faults))]
    public void A_wrong_libtorch_is_an_error_of_the_build_and_of_the_program(string version, string code, string text)
    {
        WritePackages(_project.File("feed"));
        string[] packages = NuGetCache.Arguments(_project.File("feed"), _project.File("packages"));
        string[] arguments = [.. packages, $"-p:TestLibtorchVersion={version}"];

        BuildResult result = _project.Build(arguments);
        (int _, string? output) = Build([.. arguments, "-p:QDropEnabled=false"]) is { ExitCode: 0 }
            ? DotNet.Run(_project.Folder, [Path.Combine(_project.Bin, "App.dll")])
            : throw new InvalidOperationException("The program was not built.");

        Assert.NotEqual(0, result.ExitCode);
        AbstractDiagnostic error = Assert.Single(result.Errors);
        Assert.Equal(code, error.Code);
        Assert.Contains(text, error.Text, StringComparison.Ordinal);
        Assert.Equal("qdrop.settings.txt", Path.GetFileName(Assert.Single(Directory.GetFiles(_project.Intermediate))));
        Assert.Contains(code + ": ", output, StringComparison.Ordinal);
        Assert.Contains(text, output, StringComparison.Ordinal);

        // TorchSharp, were it asked, would copy libtorch there.
        Assert.False(Directory.Exists(Path.Combine(_project.Bin, "cpu")));
    }

    [LinuxX64Fact]
    public void A_libtorch_that_an_earlier_build_has_left_beside_the_program_does_not_count()
    {
        Assert.Equal(0, _project.Build().ExitCode);

        BuildResult result = _project.Build("-p:TestLibtorchVersion=none");

        Assert.NotEqual(0, result.ExitCode);
        Assert.Equal("QDROP278", Assert.Single(result.Errors).Code);
    }

    [LinuxX64Fact]
    public void A_foreign_libtorch_in_the_search_path_is_not_taken()
    {
        foreach (string library in new[] { "libc10.so", "libtorch.so", "libtorch_cpu.so", "libLibTorchSharp.so" })
            _project.Write(Path.Combine("foreign", library), "No library: so the loader says, if it comes here.");
        (string, string) foreign = ("LD_LIBRARY_PATH", _project.File("foreign"));

        string[] common = ["App.csproj", "--nologo", "-nodeReuse:false", "-p:UseSharedCompilation=false"];
        (int ExitCode, string Output) build = DotNet.Run(_project.Folder, ["build", .. common, "-v:normal"], foreign);
        (int ExitCode, string Output) run = DotNet.Run(
            _project.Folder, [Path.Combine(_project.Bin, "App.dll")], foreign);

        Assert.True(build.ExitCode == 0, build.Output);
        Assert.Contains("QDrop: App.TinyNet W4A4 calibrated in ", build.Output, StringComparison.Ordinal);
        Assert.Contains("classes 5", run.Output, StringComparison.Ordinal);
    }

    [LinuxX64Fact]
    public void On_an_older_system_the_program_says_what_to_set()
    {
        string binding = NuGetCache.Native("torchsharp", Repository.TorchSharpVersion, "libLibTorchSharp.so");
        if (BindingCheck.Fault([binding], cppLibrary: null) is null)
            return; // This system is new enough.
        Assert.Equal(0, Build("-p:QDropEnabled=false", "-p:QDropOlderLibstdcxx=false").ExitCode);

        (int _, string? output) = DotNet.Run(_project.Folder, [Path.Combine(_project.Bin, "App.dll")]);

        Assert.Contains("QDROP291: ", output, StringComparison.Ordinal);
        Assert.Contains("GLIBCXX_3.4.32", output, StringComparison.Ordinal);
        Assert.Contains("<QDropOlderLibstdcxx>true</QDropOlderLibstdcxx>", output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_project.Bin, "cpu")));
    }

    public void Dispose() => _project.Dispose();

    /// <summary>
    /// Packages named as libtorch's, of libraries that the loader takes, or not, for one reason each.
    /// </summary>
    private static void WritePackages(string feed)
    {
        Write("2.7.1", "libtorch_cpu.so", new ElfBuilder().Build());
        // mov rax, 0x020b030000000000 (2.11.3); ret
        byte[] code = [0x48, 0xb8, 0, 0, 0, 0, 0, 3, 11, 2, 0xc3];
        Write("2.11.3", "libtorch_cpu.so", new ElfBuilder().Export("aoti_torch_abi_version", code).Build());
        Write("2.10.0-arm64", "libtorch_cpu.so", new ElfBuilder { Machine = 183 }.Build());
        Write("2.10.0-osx", "libtorch_cpu.dylib", [0xcf, 0xfa, 0xed, 0xfe, 0x0c, 0, 0, 1, .. new byte[100]]);
        Write("2.10.0-text", "libtorch_cpu.so", [.. "version https://git-lfs.github.com/spec/v1"u8, .. new byte[100]]);
        Write("2.10.0-cut", "libtorch_cpu.so", new ElfBuilder().Build()[..100]);

        void Write(string version, string file, byte[] bytes) =>
            NuGetCache.WritePackage(feed, "libtorch-cpu-linux-x64", version, (Native + file, bytes));
    }

    private BuildResult Build(params string[] arguments) => _project.Build(arguments);
}
