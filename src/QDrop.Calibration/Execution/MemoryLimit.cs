using System.Globalization;
using QDrop.Calibration.Inputs;
using QDrop.Calibration.Memory;

namespace QDrop.Calibration.Execution;

/// <summary>
/// Splits what the process may take: what it has already, what passes need, and the rest for activations that are kept.
/// </summary>
internal static class MemoryLimit
{
    /// <summary>
    /// What comes up that is not planned: compiled code, threads, and mapped pages that are looked at.
    /// </summary>
    private const long Reserve = 16L << 20;

    /// <summary>Gives activations the room that is left.</summary>
    /// <param name="limit">Bytes that the process may take.</param>
    /// <param name="needs">What passes need, each at another time.</param>
    /// <param name="memory">Keeps activations.</param>
    /// <exception cref="QDropException">QDROP243: there is none.</exception>
    public static void Apply(long limit, IEnumerable<(string What, long Bytes)> needs, ActivationMemory memory)
    {
        NativeHeap.Release();
        MappedPages.Release();
        long present = Environment.WorkingSet + Reserve + MappedPages.Allowed;
        (string what, long bytes) = needs.MaxBy(static n => n.Bytes);
        if (present + bytes > limit)
        {
            throw new QDropException(
                Codes.MemoryLimit,
                $"The memory limit of {MiB(limit)} MiB cannot be kept: the process takes {MiB(present)} MiB with its "
                    + $"libraries, the model and the calibration inputs, and {what} needs {MiB(bytes)} MiB more. "
                    + $"Expected at least {MiB(present + bytes)} MiB. Raise the limit, give fewer or smaller "
                    + "calibration inputs, or lower BatchSize.");
        }
        memory.Room = limit - present - bytes;
    }

    private static string MiB(long bytes) =>
        ((bytes + (1 << 20) - 1) >> 20).ToString("n0", CultureInfo.InvariantCulture);
}
