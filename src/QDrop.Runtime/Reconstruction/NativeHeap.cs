using System.Runtime.InteropServices;

namespace QDrop.Reconstruction;

/// <summary>How the C library's heap treats memory that libtorch frees.</summary>
internal static partial class NativeHeap
{
    private const int TrimThreshold = -1;
    private const int MapThreshold = -3;
    private const int AlwaysSupported = 32 << 20;

    /// <summary>
    /// Makes glibc keep freed memory of up to 1 GiB instead of giving it back to the system. Each iteration of a reconstruction allocates the same tensors
    /// again; where their pages have to be mapped anew each time, that costs as much as a block's convolutions. It holds for the rest of the
    /// process; with other C libraries nothing changes.
    /// </summary>
    public static void KeepFreedMemory()
    {
        if (!OperatingSystem.IsLinux())
            return;
        try
        {
            // glibc before 2.35 refuses more than 32 MiB.
            if (Set(MapThreshold, 1 << 30) == 0)
                Set(MapThreshold, AlwaysSupported);
            Set(TrimThreshold, 1 << 30);
        }
        catch (Exception e) when (e is EntryPointNotFoundException or DllNotFoundException)
        {
            // Not glibc: its defaults hold.
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int Set(int parameter, int value);
}
