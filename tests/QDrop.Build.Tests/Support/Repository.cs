using System.Reflection;

namespace QDrop.Build.Tests;

/// <summary>Where this repository and its outputs are.</summary>
internal static class Repository
{
    internal static string Root { get; } = Metadata("RepositoryRoot");

    internal static string Configuration { get; } = Metadata("Configuration");

    internal static string TorchSharpVersion { get; } = Metadata("TorchSharp");

    internal static string TensorsVersion { get; } = Metadata("SystemNumericsTensors");

    /// <summary>The package of libtorch for this machine.</summary>
    internal static string LibtorchPackage { get; } = Metadata("LibtorchPackage");

    internal static string LibtorchVersion { get; } = Metadata("LibtorchVersion");

    internal static string Version { get; } = Metadata("QDropVersion");

    internal static string BuildFolder { get; } = Path.Combine(Root, "src", "QDrop.Build", "build");

    /// <summary>An output file of a project.</summary>
    internal static string Output(string project, string framework, string file) =>
        Path.Combine(Root, "src", project, "bin", Configuration, framework, file);

    private static string Metadata(string key) =>
        typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value
        ?? "";
}
