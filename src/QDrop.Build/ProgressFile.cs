using System.Diagnostics;
using System.Text;

namespace QDrop.Build;

/// <summary>
/// A file that always holds the last progress message, whole, for editors and scripts that watch a build; it exists
/// only while the worker runs.
/// </summary>
internal sealed class ProgressFile(string path) : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);
    private readonly Stopwatch _sinceLast = new();

    /// <summary>Writes the message, unless one was written just before.</summary>
    internal void Update(string json)
    {
        if (_sinceLast.IsRunning && _sinceLast.Elapsed < Interval)
            return;
        _sinceLast.Restart();
        string aside = path + ".tmp";
        try
        {
            File.WriteAllText(aside, json, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
            if (File.Exists(path))
                File.Replace(aside, path, destinationBackupFileName: null);
            else
                File.Move(aside, path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Whoever reads the file at this moment sees the next update.
        }
    }

    public void Dispose()
    {
        foreach (string file in new[] { path, path + ".tmp" })
        {
            try
            {
                File.Delete(file);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Left for `dotnet clean`.
            }
        }
    }
}
