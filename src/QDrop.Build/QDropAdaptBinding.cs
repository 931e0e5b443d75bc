using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;
using QDrop.Build.NativeLibraries;

namespace QDrop.Build;

/// <summary>
/// Makes copies of TorchSharp's native library that load on systems whose C++ library is older than the one it was
/// linked with, and gives them in place of the originals, which stay as they are.
/// </summary>
/// <remarks>
/// An original is a file of the NuGet cache, or a hard link to one, so it is never opened for writing.
/// </remarks>
public sealed class QDropAdaptBinding : Microsoft.Build.Utilities.Task
{
    /// <summary>The libraries, with all their metadata; one may occur several times with other metadata.</summary>
    [Required] public ITaskItem[] Libraries { get; set; } = [];

    /// <summary>The folder for the copies.</summary>
    [Required] public string OutputDirectory { get; set; } = "";

    /// <summary>The project file.</summary>
    [Required] public string ProjectFile { get; set; } = "";

    /// <summary>The C++ library of the system; by default the one that its loader finds.</summary>
    public string? CppLibrary { get; set; }

    /// <summary>The folder that holds the pages of the error codes.</summary>
    public string? HelpDirectory { get; set; }

    /// <summary>Those libraries that have a copy.</summary>
    [Output] public ITaskItem[] Replaced { get; set; } = [];

    /// <summary>The copies, each with the metadata of its original.</summary>
    [Output] public ITaskItem[] Replacements { get; set; } = [];

    /// <inheritdoc/>
    public override bool Execute()
    {
        string? cppLibrary = string.IsNullOrEmpty(CppLibrary) ? SystemCppLibrary.Find() : CppLibrary;
        if (cppLibrary is null)
        {
            Log.LogMessage(MessageImportance.Low, "This system's loader finds no {0}.", MissingVersions.CppLibrary);
            return true;
        }

        List<ITaskItem> replaced = [], replacements = [];
        foreach (IGrouping<string, ITaskItem>? occurrences in Libraries.GroupBy(static l => l.GetMetadata("FullPath")))
        {
            if (Adapt(occurrences.First(), cppLibrary) is not { } copy)
                continue;
            replaced.AddRange(occurrences);
            replacements.AddRange(occurrences.Select(l => new TaskItem(copy, l.CloneCustomMetadata())));
        }

        (Replaced, Replacements) = ([.. replaced], [.. replacements]);
        return !Log.HasLoggedErrors;
    }

    /// <summary>Writes the copy of a library, if it needs one and it is not there yet.</summary>
    /// <returns>The path of the copy, or <see langword="null"/>.</returns>
    private string? Adapt(ITaskItem library, string cppLibrary)
    {
        string original = library.GetMetadata("FullPath");
        string name = Path.GetFileName(original);
        try
        {
            var missing = MissingVersions.Of(File.ReadAllBytes(original), File.ReadAllBytes(cppLibrary));
            if (!missing.Any)
                return null;
            if (missing.SymbolsInUse.Count > 0)
            {
                Error(Codes.BindingNotAdaptable, BindingCheck.CannotAdapt(missing, original, cppLibrary));
                return null;
            }

            string folder = Path.Combine(OutputDirectory, library.GetMetadata("RuntimeIdentifier"));
            string copy = Path.GetFullPath(Path.Combine(folder, name));
            if (WriteIfDifferent(copy, missing.MarkedWeak()))
                LogCopy(name, missing);
            return copy;
        }
        catch (ElfFormatException e)
        {
            Error(
                Codes.BindingNotAdaptable,
                $"'{original}' cannot be compared with the C++ library of this system, '{cppLibrary}': {e.Message} " +
                "Restore the package TorchSharp again (dotnet restore --force), or leave QDropOlderLibstdcxx out.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Error(
                Codes.NotWritten,
                $"The copy of '{original}' cannot be written to '{OutputDirectory}': {e.Message} " +
                "Free some space on the disk or make the folder writable, then build again.");
        }

        return null;
    }

    /// <summary>
    /// Writes aside and renames: a file that is linked to elsewhere, or loaded by a program that runs, is not changed.
    /// </summary>
    private static bool WriteIfDifferent(string path, byte[] bytes)
    {
        if (File.Exists(path) && File.ReadAllBytes(path).AsSpan().SequenceEqual(bytes))
            return false;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        string aside = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            File.WriteAllBytes(aside, bytes);
            if (File.Exists(path))
                File.Replace(aside, path, destinationBackupFileName: null);
            else
                File.Move(aside, path);
        }
        finally
        {
            File.Delete(aside);
        }

        return true;
    }

    private void LogCopy(string name, MissingVersions missing) => Log.LogMessage(
        MessageImportance.High,
        "QDrop: the program gets a copy of {0} that does without {1}, " +
        "which the C++ library of this system is too old to have (QDropOlderLibstdcxx).",
        name,
        string.Join(", ", missing.Names));

    private void Error(string code, string message)
    {
        string? page = WorkerSession.HelpLink(HelpDirectory, code);
        Log.LogError("QDrop", code, null, page, ProjectFile, 0, 0, 0, 0, message);
    }
}
