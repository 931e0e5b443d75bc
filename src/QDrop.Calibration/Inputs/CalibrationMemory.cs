namespace QDrop.Calibration;

/// <summary>
/// How much main memory the activations that a calibration keeps may take: for all calibration inputs, what goes into
/// units and comes out of them. What is above that is kept in memory-mapped files, which the system writes out when it
/// needs the room; results are the same.
/// </summary>
/// <remarks>The model, its weights, and what the computation of a batch needs come on top.</remarks>
public sealed class CalibrationMemory
{
    /// <summary>Sets the limit.</summary>
    /// <param name="limit">Bytes, above 0.</param>
    /// <param name="directory">
    /// Folder of the files, on a disk with room for them; <see langword="null"/> for the folder of temporary files.
    /// They are removed in the end.
    /// </param>
    public CalibrationMemory(long limit, string? directory = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        Limit = limit;
        Directory = Path.GetFullPath(directory ?? Path.GetTempPath());
    }

    /// <summary>Bytes that activations may take in main memory.</summary>
    public long Limit { get; }

    /// <summary>Folder of the files.</summary>
    public string Directory { get; }
}
