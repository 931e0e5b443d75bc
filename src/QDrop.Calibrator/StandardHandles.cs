using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace QDrop.Calibrator;

/// <summary>The operating system's own standard input and output, which native libraries write to past <see cref="Console"/>.</summary>
internal static class StandardHandles
{
    private const int WindowsOutput = -11, WindowsError = -12;

    /// <summary>A second descriptor for the same stream.</summary>
    [UnsupportedOSPlatform("windows")]
    internal static int Duplicate(int descriptor)
    {
        int copy = dup(descriptor);
        return copy >= 0 ? copy : throw new IOException($"The standard stream {descriptor} cannot be used (errno {Marshal.GetLastPInvokeError()}).");
    }

    /// <summary>From now on what is written to standard output goes to standard error, and standard input is empty.</summary>
    internal static void Redirect()
    {
        if (OperatingSystem.IsWindows())
        {
            SetStdHandle(WindowsOutput, GetStdHandle(WindowsError));
            return;
        }

        _ = dup2(2, 1);
        using var nothing = File.OpenHandle("/dev/null");
        _ = dup2((int)nothing.DangerousGetHandle(), 0);
    }

    [DllImport("libc", SetLastError = true)]
    private static extern int dup(int descriptor);

    [DllImport("libc", SetLastError = true)]
    private static extern int dup2(int descriptor, int target);

    [DllImport("kernel32")]
    private static extern nint GetStdHandle(int which);

    [DllImport("kernel32")]
    private static extern int SetStdHandle(int which, nint handle);
}
