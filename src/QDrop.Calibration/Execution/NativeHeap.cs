using System.Runtime.InteropServices;

namespace QDrop.Calibration.Execution;

/// <summary>How the C library's heap treats memory that libtorch frees.</summary>
internal static partial class NativeHeap
{
    private const int TrimThreshold = -1;
    private const int MapThreshold = -3;
    private const int AlwaysSupported = 32 << 20;
    private const int Min = 4 << 20;
    private const int Max = 1 << 30;
    private const int Scarce = 1 << 20;

    /// <summary>What the heap adds to an allocation, and alignment, generously.</summary>
    private const int Header = 1 << 12;

    /// <summary>
    /// Makes glibc keep freed memory instead of giving it back to the system. Each iteration of a reconstruction
    /// allocates the same tensors again; where their pages have to be mapped anew each time, that costs as much as a
    /// block's convolutions. Larger allocations, such as activations of all calibration inputs, are mapped on their
    /// own, and given back. It holds until the next call; with other C libraries nothing changes.
    /// </summary>
    /// <param name="largest">Bytes of the largest tensor that an iteration allocates.</param>
    public static void KeepFreedMemory(long largest)
    {
        // glibc before 2.35 refuses more than 32 MiB.
        TrySet(() =>
        {
            if (Set(MapThreshold, (int)Math.Clamp(largest + Header, Min, Max)) == 0)
                Set(MapThreshold, AlwaysSupported);
            Set(TrimThreshold, Max);
        });
    }

    /// <summary>
    /// Makes glibc give freed memory back to the system, where memory matters more than time: what the heap keeps may
    /// lie in pieces that do not fit again.
    /// </summary>
    public static void GiveFreedMemoryBack() => TrySet(static () =>
    {
        Set(MapThreshold, Scarce);
        Set(TrimThreshold, Scarce);
    });

    private static void TrySet(Action set)
    {
        if (!OperatingSystem.IsLinux())
            return;
        try
        {
            set();
        }
        catch (Exception e) when (e is EntryPointNotFoundException or DllNotFoundException)
        {
            // Not glibc: its defaults hold.
        }
    }

    /// <summary>
    /// Gives back to the system what the heap keeps of freed memory, between allocations, too. It takes a few
    /// milliseconds; with other C libraries nothing happens.
    /// </summary>
    public static void Release()
    {
        if (!OperatingSystem.IsLinux())
            return;
        try
        {
            _ = Trim(0);
        }
        catch (Exception e) when (e is EntryPointNotFoundException or DllNotFoundException)
        {
            // Not glibc: it has other ways.
        }
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int Trim(nuint kept);

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int Set(int parameter, int value);
}
