namespace QDrop.Calibration;

/// <summary>
/// How much main memory the process may take while it calibrates. Passes are made in batches that fit, and activations
/// of all calibration inputs that do not fit are kept in memory-mapped files, which the system writes out when it needs
/// the room; results are the same.
/// </summary>
/// <remarks>
/// What the process has already counts: libraries, the model, the calibration inputs. A limit that cannot be kept is an
/// error (QDROP243), which names the smallest that can. The needs of a pass are estimated from its tensors; the peak
/// may be above the limit by what kernels take beside them. Mapped memory is bounded on Linux alone.
/// </remarks>
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

    /// <summary>Bytes that the process may take in main memory.</summary>
    public long Limit { get; }

    /// <summary>Folder of the files.</summary>
    public string Directory { get; }
}
