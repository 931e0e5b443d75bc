using System.Reflection;

namespace QDrop.Tests.Diagnostics;

/// <summary>Files of this repository.</summary>
internal static class Repository
{
    private static readonly string _root = typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(static a => a.Key == "RepositoryRoot").Value!;

    /// <summary>Gets the full path of a file or folder.</summary>
    public static string File(params string[] parts) => Path.Combine([_root, .. parts]);

    /// <summary>Gets the text of every source file under <c>src</c>, by path.</summary>
    public static IReadOnlyDictionary<string, string> Sources { get; } = Directory
        .EnumerateFiles(File("src"), "*.*", SearchOption.AllDirectories)
        .Where(static path => Path.GetExtension(path) is ".cs" or ".props" or ".targets")
        .Where(static path => !path.Split(Path.DirectorySeparatorChar).Any(static part => part is "bin" or "obj"))
        .ToDictionary(static path => Path.GetRelativePath(_root, path).Replace('\\', '/'), System.IO.File.ReadAllText);
}
