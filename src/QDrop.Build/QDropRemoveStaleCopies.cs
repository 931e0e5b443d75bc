using Microsoft.Build.Framework;

namespace QDrop.Build;

/// <summary>
/// Deletes destinations that are no copies of their sources before something is copied there: a copy that is written
/// over a hard link would change the file that it is linked to, which may be one of the NuGet cache; and one that is
/// older than what is there would not be written at all.
/// </summary>
public sealed class QDropRemoveStaleCopies : Microsoft.Build.Utilities.Task
{
    /// <summary>The files that will be copied.</summary>
    [Required] public ITaskItem[] Sources { get; set; } = [];

    /// <summary>Where to, in the same order.</summary>
    [Required] public ITaskItem[] Destinations { get; set; } = [];

    /// <inheritdoc/>
    public override bool Execute()
    {
        foreach (
            (FileInfo? source, FileInfo? destination) in Sources.Zip(Destinations, static (s, d) => (Of(s), Of(d))))
        {
            if (!source.Exists || !destination.Exists || IsCopy(source, destination))
                continue;
            Log.LogMessage(MessageImportance.Low, "'{0}' is no copy of '{1}': deleted.", destination, source);
            try
            {
                destination.Delete();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Log.LogMessage(MessageImportance.Low, "{0}", e.Message);
            }
        }

        return true;
    }

    private static FileInfo Of(ITaskItem item) => new(item.GetMetadata("FullPath"));

    /// <summary>Copies and links have their source's time of change.</summary>
    private static bool IsCopy(FileInfo source, FileInfo destination) =>
        source.Length == destination.Length && source.LastWriteTimeUtc == destination.LastWriteTimeUtc;
}
