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

    /// <summary>
    /// A part of what the process has of which the limit that a message names may be greater: it has more at one time
    /// than at another.
    /// </summary>
    private const int Slack = 20;

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
            // Of whole MiB, so that they are the sum that is named.
            long taken = MiB(present), needed = MiB(bytes), slack = MiB(present / Slack);
            throw new QDropException(
                Codes.MemoryLimit,
                $"The memory limit of {Text(MiB(limit))} MiB cannot be kept: the process takes {Text(taken)} MiB with "
                    + $"its libraries, the model and the calibration inputs, {what} needs {Text(needed)} MiB more, and "
                    + $"what the process takes varies by {Text(slack)} MiB. Expected at least "
                    + $"{Text(taken + needed + slack)} MiB. Raise the limit, give fewer or smaller "
                    + "calibration inputs, or lower BatchSize.");
        }
        memory.Room = limit - present - bytes;
    }

    /// <summary>Rounded up.</summary>
    private static long MiB(long bytes) => (bytes + (1 << 20) - 1) >> 20;

    private static string Text(long mebibytes) => mebibytes.ToString("n0", CultureInfo.InvariantCulture);
}
