using System.IO.Compression;
using QDrop.Build.NativeLibraries;
using Xunit;

namespace QDrop.Build.Tests;

/// <summary>
/// The NuGet packages, used as a stranger uses them: programs outside the repository that name one package of a folder
/// feed.
/// </summary>
public sealed class PackageTests(PackageTests.Feed feed) : IClassFixture<PackageTests.Feed>
{
    private const string Option = "-p:QDropOlderLibstdcxx=true";

    [Fact]
    public void A_program_that_names_the_package_is_calibrated_and_runs()
    {
        using var folder = new TemporaryFolder();
        WriteProgram(folder, "App");

        (int ExitCode, string Output) build = Build(folder, "App", Option);
        (int ExitCode, string Output) run = DotNet.Run(folder.Path, [folder.File("App", "bin", "Debug", "net10.0", "App.dll")]);

        Assert.True(build.ExitCode == 0, build.Output);
        Assert.Contains("QDrop: App.TinyNet W4A4 calibrated in ", build.Output, StringComparison.Ordinal);
        Assert.Contains("classes 5", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_program_that_references_one_with_models_runs_them_and_calibrates_nothing()
    {
        using var folder = new TemporaryFolder();
        WriteProgram(folder, "Models");
        folder.Write("App/App.csproj", Project("""<ProjectReference Include="../Models/Models.csproj" />"""));
        folder.Write("App/Program.cs", Sources.Program);

        (int ExitCode, string Output) build = Build(folder, "App", Option);
        (int ExitCode, string Output) run = DotNet.Run(folder.Path, [folder.File("App", "bin", "Debug", "net10.0", "App.dll")]);

        Assert.True(build.ExitCode == 0, build.Output);
        Assert.Single(build.Output.Split("QDrop: App.TinyNet W4A4 calibrated in ")[1..]);
        Assert.Contains("classes 5", run.Output, StringComparison.Ordinal);
    }

    [LinuxX64Fact]
    public void On_an_older_system_a_build_without_the_option_says_what_to_set()
    {
        string binding = NuGetCache.Native("torchsharp", Repository.TorchSharpVersion, "libLibTorchSharp.so");
        if (BindingCheck.Fault([binding], cppLibrary: null)?.Code != "QDROP112")
            return; // This system is new enough.
        using var folder = new TemporaryFolder();
        WriteProgram(folder, "App");

        (int ExitCode, string Output) build = Build(folder, "App");

        Assert.NotEqual(0, build.ExitCode);
        Assert.Contains("error QDROP112: ", build.Output, StringComparison.Ordinal);
        Assert.Contains("GLIBCXX_", build.Output, StringComparison.Ordinal);
        Assert.Contains("<QDropOlderLibstdcxx>true</QDropOlderLibstdcxx>", build.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_program_quantizes_a_model_of_the_package_of_models()
    {
        using var folder = new TemporaryFolder();
        folder.Write("App/App.csproj", Project($"""
            <PackageReference Include="QDrop" Version="{Repository.Version}" />
            <PackageReference Include="QDrop.Models" Version="{Repository.Version}" />
            <PackageReference Include="{Repository.LibtorchPackage}" Version="{Repository.LibtorchVersion}" />
            """));
        folder.Write("App/Flowers.cs", Sources.Flowers);
        folder.Write("App/Program.cs", Sources.FlowersProgram);
        string program = folder.File("App", "bin", "Debug", "net10.0", "App.dll");
        // Rules of all kinds, on source that is not the program's.
        string[] strictly = ["-p:AnalysisMode=All", "-p:EnforceCodeStyleInBuild=true", "-p:Nullable=disable"];

        (int ExitCode, string Output) first = Build(folder, "App", [Option, "-p:QDropEnabled=false", .. strictly]);
        (int ExitCode, string Output) write = DotNet.Run(folder.File("App"), [program, "write"]);
        (int ExitCode, string Output) build = Build(folder, "App", Option);
        (int ExitCode, string Output) run = DotNet.Run(folder.Path, [program]);

        Assert.True(first.ExitCode == 0, first.Output);
        Assert.DoesNotMatch(@"QDrop\.Models[^\n]*: (warning|error) ", first.Output);
        Assert.True(write.ExitCode == 0, write.Output);
        Assert.True(build.ExitCode == 0, build.Output);
        Assert.Contains("QDrop: App.Flowers W4A8 calibrated in ", build.Output, StringComparison.Ordinal);
        Assert.Contains("classes 5", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_package_has_no_assembly_that_the_program_brings()
    {
        using ZipArchive package = ZipFile.OpenRead(Assert.Single(Directory.GetFiles(feed.Folder, "QDrop.?.*.nupkg")));
        IOrderedEnumerable<string> assemblies = package.Entries.Select(static e => e.FullName).Where(static n => n.EndsWith(".dll", StringComparison.Ordinal)).Order(StringComparer.Ordinal);

        Assert.Equal(["analyzers/dotnet/cs/QDrop.CodeFixes.dll", "analyzers/dotnet/cs/QDrop.Generators.dll", "tasks/netstandard2.0/QDrop.Build.dll", "tools/net10.0/QDrop.Calibration.dll", "tools/net10.0/QDrop.Calibrator.dll", "tools/net10.0/QDrop.Export.dll", "tools/net10.0/onnx/Google.Protobuf.dll", "tools/net10.0/onnx/OnnxSharp.dll"], assemblies);
    }

    private static void WriteProgram(TemporaryFolder folder, string name)
    {
        folder.Write($"{name}/{name}.csproj", Project($"""
            <PackageReference Include="QDrop" Version="{Repository.Version}" />
            <PackageReference Include="{Repository.LibtorchPackage}" Version="{Repository.LibtorchVersion}" />
            """));
        folder.Write($"{name}/TinyNet.cs", Sources.TinyNet);
        folder.Write($"{name}/Program.cs", Sources.Program);
        Sources.WriteData(folder.File(name));
    }

    private static string Project(string items) => $"""
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <OutputType>Exe</OutputType>
            <TargetFramework>net10.0</TargetFramework>
            <Nullable>enable</Nullable>
            <ImplicitUsings>enable</ImplicitUsings>
            <UseAppHost>false</UseAppHost>
            <QDropUseCache>false</QDropUseCache>
            <QDropThreads>1</QDropThreads>
          </PropertyGroup>
          <ItemGroup>
            {items}
          </ItemGroup>
        </Project>
        """;

    private (int ExitCode, string Output) Build(TemporaryFolder folder, string project, params string[] arguments)
    {
        string[] common = ["build", "--nologo", "-nodeReuse:false", "-p:UseSharedCompilation=false", "-v:normal"];
        string[] packages = NuGetCache.Arguments(feed.Folder, folder.File("packages"));
        return DotNet.Run(folder.File(project), [.. common, .. packages, .. arguments]);
    }

    /// <summary>A folder with the packages, made once.</summary>
    public sealed class Feed : IDisposable
    {
        private readonly TemporaryFolder _folder = new();

        public Feed()
        {
            string[] projects =
                ["QDrop.Inference", "QDrop.Runtime", "QDrop.Calibration", "QDrop.Build", "QDrop.Models"];
            foreach (string project in projects)
            {
                string[] quietly = ["--no-build", "--nologo", "-nodeReuse:false", "-o", Folder];
                string path = Path.Combine("src", project);
                (int ExitCode, string Output) pack = DotNet.Run(Repository.Root, ["pack", path, "-c", Repository.Configuration, .. quietly]);
                Assert.True(pack.ExitCode == 0, pack.Output);
            }
        }

        internal string Folder => _folder.Path;

        public void Dispose() => _folder.Dispose();
    }
}
