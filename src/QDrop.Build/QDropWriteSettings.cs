using System.Text;
using Microsoft.Build.Framework;
using QDrop.Protocol;

namespace QDrop.Build;

/// <summary>
/// Writes what decides results besides files: what the project says of all models, and all metadata of its
/// <c>QDropModel</c> items. The file changes only when they do, so that its time says whether to calibrate again.
/// </summary>
public sealed class QDropWriteSettings : Microsoft.Build.Utilities.Task
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Gets or sets the file.</summary>
    [Required] public string File { get; set; } = "";

    /// <summary>Gets or sets what the project says of all models, line by line.</summary>
    public ITaskItem[] Lines { get; set; } = [];

    /// <summary>Gets or sets the project's <c>QDropModel</c> items.</summary>
    public ITaskItem[] Models { get; set; } = [];

    /// <inheritdoc/>
    public override bool Execute()
    {
        var text = new StringBuilder();
        foreach (ITaskItem line in Lines)
            text.Append(line.ItemSpec).Append('\n');
        foreach (ITaskItem model in Models)
        {
            text.Append(model.ItemSpec).Append('\n');
            foreach (NamedValue metadatum in ModelMetadata.Of(model))
                text.Append("  ").Append(metadatum.Name).Append(" = ").Append(metadatum.Value).Append('\n');
        }
        try
        {
            WriteIfDifferent(text.ToString());
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.LogError(
                "QDrop", Codes.NotWritten, null, null, null, 0, 0, 0, 0,
                $"Cannot write '{File}': {e.Message} Free some space on the disk or make the folder writable, then "
                    + "build again.");
            return false;
        }
    }

    private void WriteIfDifferent(string text)
    {
        if (System.IO.File.Exists(File) && System.IO.File.ReadAllText(File, Utf8) == text)
            return;
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(File))!);
        System.IO.File.WriteAllText(File, text, Utf8);
    }
}
