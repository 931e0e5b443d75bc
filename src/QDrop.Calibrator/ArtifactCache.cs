using QDrop.Artifacts;
using QDrop.Safetensors;
using static TorchSharp.torch;

namespace QDrop.Calibrator;

/// <summary>
/// Results by content key, for all projects of the user: one folder each, put in place whole by a rename. A cache that
/// cannot be used never fails a build; it says so in the log.
/// </summary>
/// <param name="directory">The cache's folder, or <see langword="null"/> for none.</param>
/// <param name="log">Takes lines for the build's log.</param>
internal sealed class ArtifactCache(string? directory, Action<string> log)
{
    private const string ArtifactName = "artifact.qdrop.safetensors",
        ReportName = "report.qdrop.json",
        PageName = "report.qdrop.html",
        OutputsName = "float.qdrop.outputs";

    /// <summary>What the cache may hold; the entries longest unused go first.</summary>
    private const long MaxBytes = 4L << 30;

    /// <summary>Puts the result of a key in place, if the cache has it whole.</summary>
    internal bool TryRestore(string key, string model, OutputFiles files)
    {
        if (directory is null || !Directory.Exists(Entry(key)))
            return false;
        try
        {
            Copy(Path.Combine(Entry(key), ArtifactName), files.Artifact);
            Copy(Path.Combine(Entry(key), ReportName), files.Report);
            Copy(Path.Combine(Entry(key), PageName), files.Page);
            Copy(Path.Combine(Entry(key), OutputsName), files.Outputs);
            ModelOutputs.Read(files.Outputs);
            using (NewDisposeScope())
            {
                string found = Artifact.Read(files.Artifact).Manifest.Model;
                if (found != model)
                    throw new InvalidDataException($"it is of {found}.");
            }

            Directory.SetLastWriteTimeUtc(Entry(key), DateTime.UtcNow);
            return true;
        }
        catch (Exception e)
            when (e is IOException or UnauthorizedAccessException or QDropException or InvalidDataException)
        {
            log($"The cache's entry '{Entry(key)}' is not used: {e.Message}");
            files.Delete();
            Remove(Entry(key));
            return false;
        }
    }

    /// <summary>Forgets a result.</summary>
    internal void Forget(string key)
    {
        if (directory is not null)
            Remove(Entry(key));
    }

    /// <summary>Keeps a result for later builds.</summary>
    internal void Store(string key, OutputFiles files)
    {
        if (directory is null || Directory.Exists(Entry(key)))
            return;
        string aside = Path.Combine(directory, $".new-{Guid.NewGuid():N}");
        try
        {
            Directory.CreateDirectory(aside);
            File.Copy(files.Artifact, Path.Combine(aside, ArtifactName));
            File.Copy(files.Report, Path.Combine(aside, ReportName));
            File.Copy(files.Page, Path.Combine(aside, PageName));
            File.Copy(files.Outputs, Path.Combine(aside, OutputsName));
            Directory.Move(aside, Entry(key));
            Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log($"The result is not kept in the cache '{directory}': {e.Message}");
            Remove(aside);
        }
    }

    private string Entry(string key) => Path.Combine(directory!, key);

    /// <summary>Copies aside and renames, so that the target is never half a file.</summary>
    private static void Copy(string from, string to)
    {
        string aside = Path.Combine(Path.GetDirectoryName(to)!, $".qdrop-{Guid.NewGuid():N}.tmp");
        try
        {
            File.Copy(from, aside);
            File.SetLastWriteTimeUtc(aside, DateTime.UtcNow);
            AtomicFile.Replace(aside, to);
        }
        finally
        {
            File.Delete(aside);
        }
    }

    private void Trim()
    {
        long total = 0;
        foreach (DirectoryInfo? entry in new DirectoryInfo(directory!)
                .GetDirectories()
                .OrderByDescending(static d => d.LastWriteTimeUtc))
        {
            total += entry.EnumerateFiles().Sum(static f => f.Length);
            if (total > MaxBytes)
                Remove(entry.FullName);
        }
    }

    private static void Remove(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another build uses or removes it.
        }
    }
}
