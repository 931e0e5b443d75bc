namespace QDrop.Build.Tests;

/// <summary>
/// A folder for one test, deleted afterwards. Its name has what paths may have: a space, an at sign, letters beyond
/// ASCII.
/// </summary>
internal sealed class TemporaryFolder : IDisposable
{
    internal TemporaryFolder()
    {
        Path = System.IO.Path.Combine(
            System.IO.Path.GetTempPath(), $"QDrop tests @ größe {Guid.NewGuid().ToString("N")[..8]}");
        Directory.CreateDirectory(Path);
    }

    internal string Path { get; }

    internal string File(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);

    /// <summary>Writes a text file and gives its path.</summary>
    internal string Write(string name, string text)
    {
        string path = File(name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        System.IO.File.WriteAllText(path, text);
        return path;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
