using System.Diagnostics;
using System.Text;
using Microsoft.Build.Logging.StructuredLogger;

namespace QDrop.Build.Tests;

/// <summary>
/// A program with models, in a folder of its own outside the repository, that uses QDrop's outputs as the package would
/// bring them.
/// </summary>
internal sealed class TestProject : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private int _builds;

    /// <param name="items">What stands in the project file besides, such as <c>QDropModel</c> items.</param>
    /// <param name="properties">Properties of the project.</param>
    internal TestProject(string items = "", string properties = "")
    {
        Write("App.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <UseAppHost>false</UseAppHost>
                {properties}
              </PropertyGroup>
              <ItemGroup>
                {items}
              </ItemGroup>
            </Project>
            """);
        Write("Directory.Build.props", "<Project />");
        Write("Directory.Build.targets", Targets);
        Write("Program.cs", Sources.Program);
    }

    internal string Folder => _folder.Path;

    internal string Project => _folder.File("App.csproj");

    /// <summary>The artifacts' folder in obj.</summary>
    internal string Intermediate => _folder.File("obj", "Debug", "net10.0", "qdrop");

    internal string Bin => _folder.File("bin", "Debug", "net10.0");

    private static string Targets =>
        $"""
            <Project>
              <PropertyGroup>
                <QDropTaskAssembly>{Repository.Output(
                "QDrop.Build", "netstandard2.0", "QDrop.Build.dll")}</QDropTaskAssembly>
                <QDropCalibratorPath>{Repository.Output(
                "QDrop.Calibrator", "net10.0", "QDrop.Calibrator.dll")}</QDropCalibratorPath>
                <QDropHelpDirectory>{Path.Combine(Repository.Root, "docs", "diagnostics")}</QDropHelpDirectory>
                <QDropCacheDirectory>$(MSBuildThisFileDirectory)cache</QDropCacheDirectory>
                <QDropThreads>1</QDropThreads>
                <LibtorchVersion>{Repository.LibtorchVersion}</LibtorchVersion>
                <LibtorchVersion Condition="'$(TestLibtorchVersion)' != ''">$(TestLibtorchVersion)</LibtorchVersion>
                <QDropOlderLibstdcxx Condition="'$(QDropOlderLibstdcxx)' == ''">true</QDropOlderLibstdcxx>
              </PropertyGroup>
              <ItemGroup>
                <Reference Include="{Repository.Output("QDrop.Inference", "net10.0", "QDrop.Inference.dll")}" />
                <Reference Include="{Repository.Output("QDrop.Runtime", "net10.0", "QDrop.Runtime.dll")}" />
                <Analyzer Include="{Repository.Output("QDrop.Generators", "netstandard2.0", "QDrop.Generators.dll")}" />
                <Analyzer Include="{Repository.Output("QDrop.CodeFixes", "netstandard2.0", "QDrop.CodeFixes.dll")}" />
                <PackageReference Include="System.Numerics.Tensors" Version="{Repository.TensorsVersion}" />
                <PackageReference Include="TorchSharp" Version="{Repository.TorchSharpVersion}" />
              </ItemGroup>
              <ItemGroup Condition="'$(TestLibtorchVersion)' != 'none'">
                <PackageReference Include="{Repository.LibtorchPackage}" Version="$(LibtorchVersion)" />
              </ItemGroup>
              <Import Project="{Repository.BuildFolder}/QDrop.props" />
              <Import Project="{Repository.BuildFolder}/QDrop.targets" />
            </Project>
            """;

    /// <summary>Writes a file of the project.</summary>
    internal string Write(string name, string text) => _folder.Write(name, text);

    internal string File(params string[] parts) => _folder.File(parts);

    /// <summary>Runs <c>dotnet build</c>.</summary>
    internal BuildResult Build(params string[] arguments) => Run("build", arguments);

    /// <summary>Runs a command of <c>dotnet</c> that builds, and reads its binary log.</summary>
    internal BuildResult Run(string command, params string[] arguments)
    {
        string log = _folder.File($"log{++_builds}.binlog");
        // One process and no servers: what a test starts ends with it.
        (int exitCode, string? output) = DotNet.Run(
            Folder,
            [
                command,
                "App.csproj",
                "--nologo",
                "-nodeReuse:false",
                "-maxcpucount:1",
                "-p:UseSharedCompilation=false",
                $"-bl:{log}",
                .. arguments,
            ]);
        return new BuildResult(exitCode, output, System.IO.File.Exists(log) ? BinaryLog.ReadBuild(log) : null);
    }

    /// <summary>Names of the files in a folder that are QDrop's, apart from the error pages and such.</summary>
    internal static IReadOnlyList<string> ResultsIn(string folder) =>
        Directory.Exists(folder)
            ?
            [
                .. Directory
                    .GetFiles(folder)
                    .Select(static f => Path.GetFileName(f))
                    .Where(static f => f.Contains(".qdrop", StringComparison.Ordinal))
                    .Order(StringComparer.Ordinal),
            ]
            : [];

    public void Dispose() => _folder.Dispose();
}

/// <summary>How a build ended.</summary>
/// <param name="ExitCode">The exit status of <c>dotnet</c>.</param>
/// <param name="Output">What it wrote.</param>
/// <param name="Log">Its binary log.</param>
internal sealed record BuildResult(int ExitCode, string Output, Microsoft.Build.Logging.StructuredLogger.Build? Log)
{
    /// <summary>Errors with a code of QDrop's.</summary>
    internal IReadOnlyList<AbstractDiagnostic> Errors =>
        [.. All<Error>().Where(static e => e.Code?.StartsWith("QDROP", StringComparison.Ordinal) == true)];

    internal IReadOnlyList<AbstractDiagnostic> Warnings =>
        [.. All<Warning>().Where(static e => e.Code?.StartsWith("QDROP", StringComparison.Ordinal) == true)];

    /// <summary>
    /// The line that ends the work; <see langword="null"/> if no worker ran, or if it had nothing to do.
    /// </summary>
    internal string? Summary => All<Message>().Select(static m => m.Text).FirstOrDefault(IsSummary);

    /// <summary>Whether the task ran, whatever it did.</summary>
    internal bool TaskRan =>
        All<Microsoft.Build.Logging.StructuredLogger.Task>()
            .Any(static t => t.Name?.EndsWith(nameof(QDropCalibrate), StringComparison.Ordinal) == true);

    private static bool IsSummary(string? text) =>
        text?.StartsWith("QDrop: ", StringComparison.Ordinal) == true
        && !text.Contains("QDropOlderLibstdcxx", StringComparison.Ordinal);

    private IEnumerable<T> All<T>()
        where T : BaseNode =>
        Log?.FindChildrenRecursive<T>() ?? throw new InvalidOperationException("The build left no log: " + Output);
}

/// <summary>Starts <c>dotnet</c> as from a shell, not as from inside a test run.</summary>
internal static class DotNet
{
    internal static (int ExitCode, string Output) Run(
        string folder, IEnumerable<string> arguments, params (string Name, string Value)[] environment)
    {
        var info = new ProcessStartInfo("dotnet", arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
        };
        foreach (string name in info
                .Environment.Keys.Where(static k =>
                    k.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)
                    || k == QDropCalibrate.InsideBuildVariable)
                .ToList())
            info.Environment.Remove(name);
        info.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        foreach ((string? name, string? value) in environment)
            info.Environment[name] = value;
        info.Environment["DOTNET_NOLOGO"] = "1";
        info.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";

        var output = new StringBuilder();
        using var process = new Process { StartInfo = info };
        process.OutputDataReceived += Append;
        process.ErrorDataReceived += Append;
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.WaitForExit();
        return (process.ExitCode, output.ToString());

        void Append(object sender, DataReceivedEventArgs e)
        {
            lock (output)
                output.AppendLine(e.Data);
        }
    }
}
