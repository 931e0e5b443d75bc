using System.IO.Compression;
using System.Text;

namespace QDrop.Build.Tests;

/// <summary>
/// The folder of NuGet's packages on this machine, and packages made by tests, which must not get into it.
/// </summary>
internal static class NuGetCache
{
    internal static string Folder { get; } = Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } set
        ? set
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    /// <summary>A native library of a package for Linux on x64.</summary>
    internal static string Native(string package, string version, string file) =>
        Path.Combine(Folder, package, version, "runtimes", "linux-x64", "native", file);

    /// <summary>
    /// What makes a restore take packages from a folder feed too, and put those that this machine does not have into a
    /// folder of the test.
    /// </summary>
    internal static string[] Arguments(string feed, string packages) =>
    [
        $"-p:RestoreAdditionalProjectSources={feed}",
        $"-p:RestorePackagesPath={packages}",
        $"-p:RestoreFallbackFolders={Folder}",
    ];

    /// <summary>Writes a package with native libraries.</summary>
    internal static void WritePackage(
        string feed, string id, string version, params (string Path, byte[] Bytes)[] files)
    {
        Directory.CreateDirectory(feed);
        using ZipArchive package = ZipFile.Open(Path.Combine(feed, $"{id}.{version}.nupkg"), ZipArchiveMode.Create);
        Add($"{id}.nuspec", Encoding.UTF8.GetBytes($"""
            <package xmlns="http://schemas.microsoft.com/packaging/2012/06/nuspec.xsd">
              <metadata>
                <id>{id}</id><version>{version}</version><authors>a test</authors><description>Of a test.</description>
              </metadata>
            </package>
            """));
        foreach ((string? path, byte[]? bytes) in files)
            Add(path, bytes);

        void Add(string path, byte[] bytes)
        {
            using Stream entry = package.CreateEntry(path).Open();
            entry.Write(bytes);
        }
    }
}
