namespace QDrop.Safetensors;

/// <summary>What is wrong with the contents of a file, as a sentence that starts with "it".</summary>
/// <param name="found">What was found and what was expected.</param>
/// <param name="foreign">
/// Whether the file is of another kind altogether, and not a damaged one of the right kind.
/// </param>
/// <param name="code">A code of its own, in place of the one that the kind of file has.</param>
/// <param name="advice">What to do, in place of what helps with a damaged file of the kind.</param>
internal sealed class InvalidFileException(
    string found, bool foreign = false, string? code = null, string? advice = null) : Exception(found)
{
    internal bool Foreign { get; } = foreign;

    internal string? Code { get; } = code;

    internal string? Advice { get; } = advice;
}

/// <summary>
/// A kind of file that is read: how messages call it, the codes of its errors, and what its owner can do.
/// </summary>
/// <param name="What">How messages call it, such as "weights file".</param>
/// <param name="Missing">Code for a file that is not there.</param>
/// <param name="Damaged">Code for a truncated, corrupted or unreadable file.</param>
/// <param name="Foreign">Code for a file of another kind.</param>
/// <param name="Advice">What to do about a damaged or foreign file.</param>
/// <param name="AdviceIfMissing">What to do about a missing file.</param>
internal sealed record InputFile(
    string What, string Missing, string Damaged, string Foreign, string Advice, string AdviceIfMissing)
{
    /// <summary>The error for what is wrong with the contents of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="found">What was found, as a sentence.</param>
    internal QDropException Invalid(string path, string found) => Invalid(path, new InvalidFileException(found));

    /// <summary>
    /// Opens the file and reads it with <paramref name="read"/>; whatever the file causes becomes an error with its
    /// path.
    /// </summary>
    /// <exception cref="QDropException">The file is missing, unreadable, damaged or of another kind.</exception>
    internal T Read<T>(string path, Func<Stream, T> read)
    {
        if (Directory.Exists(path))
            throw new QDropException(Missing, $"The {What} '{path}' is a folder; expected a file. {AdviceIfMissing}");
        if (!File.Exists(path))
            throw new QDropException(Missing, $"The {What} '{path}' does not exist. {AdviceIfMissing}");
        try
        {
            using var stream = new FileStream(
                path,
                FileMode.Open,
                FileAccess.Read,
                FileShare.Read | FileShare.Delete,
                1 << 16,
                FileOptions.SequentialScan);
            return read(stream);
        }
        catch (InvalidFileException e)
        {
            throw Invalid(path, e);
        }
        catch (EndOfStreamException e)
        {
            throw new QDropException(
                Damaged, $"The {What} '{path}' cannot be used: it became shorter while it was read. {Advice}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new QDropException(
                Damaged,
                $"The {What} '{path}' cannot be read: {e.Message.TrimEnd('.')}. Check its permissions and the disk.",
                e);
        }
    }

    private QDropException Invalid(string path, InvalidFileException e) => new(
        e.Code ?? (e.Foreign ? Foreign : Damaged),
        $"The {What} '{path}' cannot be used: {e.Message} {e.Advice ?? Advice}",
        e);
}
