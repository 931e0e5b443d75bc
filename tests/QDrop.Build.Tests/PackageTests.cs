using System.IO.Compression;
using Xunit;

namespace QDrop.Build.Tests;

/// <summary>The NuGet packages, used as a stranger uses them: a program outside the repository that names one package of a local feed.</summary>
public sealed class PackageTests
{
    [Fact]
    public void A_program_that_names_the_package_is_calibrated_and_runs()
    {
        using var folder = new TemporaryFolder();
        string feed = folder.File("feed");
        foreach (string project in new[] { "QDrop.Runtime", "QDrop.Build" })
        {
            var pack = DotNet.Run(Repository.Root, ["pack", Path.Combine("src", project), "-c", Repository.Configuration, "--no-build", "--nologo", "-nodeReuse:false", "-o", feed]);
            Assert.True(pack.ExitCode == 0, pack.Output);
        }

        folder.Write("nuget.config", $"""
            <configuration>
              <packageSources>
                <clear />
                <add key="local" value="feed" />
                <add key="nuget.org" value="https://api.nuget.org/v3/index.json" />
              </packageSources>
            </configuration>
            """);
        folder.Write("App/App.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <UseAppHost>false</UseAppHost>
                <RestorePackagesPath>$(MSBuildThisFileDirectory)packages</RestorePackagesPath>
                <QDropCacheDirectory>$(MSBuildThisFileDirectory)cache</QDropCacheDirectory>
                <QDropThreads>1</QDropThreads>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="QDrop" Version="{Repository.Version}" />
                <PackageReference Include="{Repository.LibtorchPackage}" Version="{Repository.LibtorchVersion}" />
                <Compile Remove="packages/**" />
              </ItemGroup>
            </Project>
            """);
        folder.Write("App/TinyNet.cs", Sources.Usings + Sources.Net("TinyNet", """Iterations = 5, Samples = 16, Weights = "weights.safetensors", CalibrationData = "inputs.safetensors" """));
        folder.Write("App/Program.cs", Sources.Program);
        Sources.WriteWeights(folder.File("App", "weights.safetensors"));
        Sources.WriteInputs(folder.File("App", "inputs.safetensors"));

        var build = DotNet.Run(folder.File("App"), ["build", "--nologo", "-nodeReuse:false", "-p:UseSharedCompilation=false", "-v:normal"]);
        var run = DotNet.Run(folder.Path, [folder.File("App", "bin", "Debug", "net10.0", "App.dll")]);

        Assert.True(build.ExitCode == 0, build.Output);
        Assert.Contains("QDrop: App.TinyNet W4A4 calibrated in ", build.Output, StringComparison.Ordinal);
        Assert.Contains("classes 5", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_package_has_no_assembly_that_the_program_brings()
    {
        using var folder = new TemporaryFolder();
        var pack = DotNet.Run(Repository.Root, ["pack", Path.Combine("src", "QDrop.Build"), "-c", Repository.Configuration, "--no-build", "--nologo", "-nodeReuse:false", "-o", folder.Path]);
        Assert.True(pack.ExitCode == 0, pack.Output);

        using var package = ZipFile.OpenRead(Assert.Single(Directory.GetFiles(folder.Path, "QDrop.*.nupkg")));
        var assemblies = package.Entries.Select(static e => e.FullName).Where(static n => n.EndsWith(".dll", StringComparison.Ordinal)).Order(StringComparer.Ordinal);

        Assert.Equal(["analyzers/dotnet/cs/QDrop.CodeFixes.dll", "analyzers/dotnet/cs/QDrop.Generators.dll", "tasks/netstandard2.0/QDrop.Build.dll", "tools/net10.0/QDrop.Calibrator.dll"], assemblies);
    }
}
