namespace QDrop.Safetensors;

/// <summary>
/// Writes files so that the path holds either the whole new file or what was there before: aside in the same folder,
/// flushed to the disk, then renamed.
/// </summary>
internal static class AtomicFile
{
    /// <summary>Writes the file; its folder is created if it is missing.</summary>
    /// <param name="path">The file to write or replace.</param>
    /// <param name="write">Writes the contents.</param>
    /// <param name="create">Creates the file of the given path; tests give one that fails.</param>
    /// <exception cref="QDropException">QDROP260: the file cannot be written; nothing is left behind.</exception>
    internal static void Write(string path, Action<Stream> write, Func<string, Stream>? create = null)
    {
        string full = Path.GetFullPath(path);
        string folder = Path.GetDirectoryName(full) ?? full;
        // Random, so that two builds that write the same file do not write into the same temporary one; short, for the
        // limits on names.
        string aside = Path.Combine(folder, $".qdrop-{Guid.NewGuid():N}.tmp");
        try
        {
            Directory.CreateDirectory(folder);
            using (Stream stream = (create ?? Create)(aside))
            {
                write(stream);
                stream.Flush();
                (stream as FileStream)?.Flush(flushToDisk: true);
            }

            Replace(aside, full);
        }
        catch (Exception e)
        {
            Remove(aside);
            // The last is how .NET reports a file that grows past what the file system or a limit of the process allows
            // (EFBIG).
            if (e is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException { ParamName: "value" })
            {
                throw new QDropException(
                    Codes.NotWritten,
                    $"Cannot write '{full}': {e.Message.TrimEnd('.')}. Nothing was left behind. Free some space on the "
                        + "disk or make the folder writable, then try again.",
                    e);
            }

            throw;
        }
    }

    /// <summary>
    /// Renames a file over another. Windows refuses while somebody has that one open, such as a virus scanner that
    /// looks at what was just written: then again, for a second.
    /// </summary>
    /// <param name="from">The new file.</param>
    /// <param name="to">The path it gets.</param>
    internal static void Replace(string from, string to) => WhileInUse(() => File.Move(from, to, overwrite: true));

    /// <summary>Does what the system refuses while a file is in use, again and again for a second.</summary>
    /// <param name="change">The change; it throws while it is refused.</param>
    /// <param name="isWindows">Whether the system refuses it; by default, whether it is Windows.</param>
    internal static void WhileInUse(Action change, bool? isWindows = null)
    {
        for (int tries = isWindows ?? OperatingSystem.IsWindows() ? 20 : 1; ; tries--)
        {
            try
            {
                change();
                return;
            }
            catch (Exception e) when (tries > 1 && e is IOException or UnauthorizedAccessException)
            {
                Thread.Sleep(50);
            }
        }
    }

    /// <summary>
    /// Unbuffered: a buffer would be written out once more on disposal after a failure. Callers write large pieces.
    /// </summary>
    private static Stream Create(string path) =>
        new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);

    private static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The error that led here is the one to report.
        }
    }
}
