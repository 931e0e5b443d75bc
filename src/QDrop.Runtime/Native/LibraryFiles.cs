using TorchSharp;

namespace QDrop.Native;

/// <summary>
/// Native libraries of a program by name: those that it is told of, then those in the folders where .NET looks.
/// </summary>
/// <param name="known">
/// Full paths of libraries that come before all others; the worker of the build has them of the project. What lies in
/// the program's folder, which may be left of an earlier build, does not count then.
/// </param>
internal sealed class LibraryFiles(IReadOnlyCollection<string> known)
{
    private readonly IReadOnlyList<string> _folders = [.. Folders(known.Count == 0).Distinct().Where(Directory.Exists)];

    /// <summary>Full paths of all files of a name.</summary>
    internal IEnumerable<string> Named(string name)
    {
        IEnumerable<string> told = known.Where(k => Path.GetFileName(k) == name);
        return told.Concat(_folders.Select(f => Path.Combine(f, name))).Where(File.Exists);
    }

    /// <summary>The first file of a name that this process can load.</summary>
    internal string? Fitting(string name) => Named(name).FirstOrDefault(static f => LibraryFormat.Of(f)?.Fits == true);

    private static IEnumerable<string> Folders(bool program)
    {
        // What the host made of the program's dependency file.
        string folders = AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "";
        foreach (string folder in folders.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
            yield return Path.TrimEndingDirectorySeparator(folder);

        if (!program)
            yield break;

        // Programs without one, and libraries for other systems, which an error tells of.
        string directory = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory);
        yield return directory;
        if (Path.GetDirectoryName(typeof(torch).Assembly.Location) is { Length: > 0 } beside)
            yield return beside;
        string runtimes = Path.Combine(directory, "runtimes");
        if (Directory.Exists(runtimes))
        {
            foreach (string runtime in Directory.GetDirectories(runtimes).Order(StringComparer.Ordinal))
                yield return Path.Combine(runtime, "native");
        }
    }
}
