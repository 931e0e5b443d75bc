namespace QDrop.Calibration;

/// <summary>
/// A file in which a calibration keeps each unit that it has finished, so that one that was killed or cancelled goes on
/// where it was and ends with the bytes that it would have given uninterrupted.
/// </summary>
/// <remarks>
/// The file stays when the calibration is done: delete it when the result is safe. It is written aside and renamed, and
/// belongs to one model, its code, weights, calibration inputs, settings, versions of the libraries and number of
/// threads.
/// </remarks>
public sealed class CalibrationCheckpoint
{
    /// <summary>Names the file; it need not exist.</summary>
    /// <param name="path">The file; its folder is created if need be.</param>
    public CalibrationCheckpoint(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Path = System.IO.Path.GetFullPath(path);
    }

    /// <summary>Full path of the file.</summary>
    public string Path { get; }

    /// <summary>
    /// Whether a file that is no checkpoint of this calibration is ignored and in time replaced, and a note says so. By
    /// default it is an error (QDROP242), because somebody named it. One that is damaged is always ignored.
    /// </summary>
    public bool ReplaceOthers { get; init; }

    /// <summary>Told when the calibration goes on from the checkpoint, ignores it, or cannot write it.</summary>
    public Action<CheckpointNote>? Noted { get; init; }

    /// <summary>Creates the file that is written; tests give one that fails.</summary>
    internal Func<string, Stream>? Create { get; init; }
}

/// <summary>What a calibration says of its checkpoint.</summary>
/// <param name="Code">
/// The code of a warning, QDROP241 where a checkpoint cannot be written; <see langword="null"/> for what is no reason
/// to worry.
/// </param>
/// <param name="Text">What was found or done.</param>
public sealed record CheckpointNote(string? Code, string Text);
