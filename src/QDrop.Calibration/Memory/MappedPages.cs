using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace QDrop.Calibration.Memory;

/// <summary>
/// Takes the pages of memory-mapped files out of the process's resident memory while passes over them go on. They stay
/// in the system's cache of files, which it empties when it needs the room, and come back when they are looked at.
/// </summary>
/// <remarks>
/// Any thread may look at mapped values meanwhile. Where a mapping was that is given back, other memory may lie soon,
/// so each of them is held here as long as its pages may be taken out.
/// </remarks>
internal static partial class MappedPages
{
    /// <summary>Bytes of mapped files that may be looked at before their pages are taken out.</summary>
    public const long Allowed = 16L << 20;

    /// <summary>The system's call: the pages are not needed now.</summary>
    private const int DontNeed = 4;

    private static readonly Lock _lock = new();
    private static readonly List<(Tensor Owner, Tensor Held, nint First, long Bytes)> _mapped = [];
    private static int _count;
    private static long _passed;

    /// <summary>Watches a mapped tensor until it is disposed.</summary>
    /// <param name="mapped">The tensor.</param>
    /// <param name="first">Where its elements begin.</param>
    /// <param name="bytes">Bytes that are mapped.</param>
    public static void Watch(Tensor mapped, nint first, long bytes)
    {
        // Elsewhere nothing takes pages out but the system.
        if (!OperatingSystem.IsLinux())
            return;
        Tensor held = mapped.alias().DetachFromDisposeScope();
        lock (_lock)
        {
            _mapped.Add((mapped, held, first, bytes));
            Forget();
        }
    }

    /// <summary>Stops watching a tensor, disposed or not.</summary>
    public static void Unwatch(Tensor mapped)
    {
        lock (_lock)
        {
            foreach ((Tensor _, Tensor held, nint _, long _) in _mapped.Where(m => ReferenceEquals(m.Owner, mapped)))
                held.Dispose();
            _mapped.RemoveAll(m => ReferenceEquals(m.Owner, mapped));
            Volatile.Write(ref _count, _mapped.Count);
        }
    }

    /// <summary>Some bytes that may be mapped have been looked at or written.</summary>
    /// <param name="bytes">How many.</param>
    public static void Passed(long bytes)
    {
        if (Volatile.Read(ref _count) == 0 || Interlocked.Add(ref _passed, bytes) < Allowed)
            return;
        lock (_lock)
        {
            // Another thread has been here meanwhile.
            if (Interlocked.Read(ref _passed) >= Allowed)
                TakeOut();
        }
    }

    /// <summary>Takes all pages out now.</summary>
    public static void Release()
    {
        lock (_lock)
            TakeOut();
    }

    private static void TakeOut()
    {
        Forget();
        foreach ((Tensor _, Tensor _, nint first, long bytes) in _mapped)
            _ = Advise(first, (nuint)bytes, DontNeed);
        Interlocked.Exchange(ref _passed, 0);
    }

    /// <summary>Lets go of what was disposed.</summary>
    private static void Forget()
    {
        _mapped.RemoveAll(static m =>
        {
            if (!m.Owner.IsInvalid)
                return false;
            m.Held.Dispose();
            return true;
        });
        Volatile.Write(ref _count, _mapped.Count);
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nint first, nuint bytes, int advice);
}
