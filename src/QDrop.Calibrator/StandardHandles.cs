using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace QDrop.Calibrator;

/// <summary>
/// The operating system's own standard input and output, which native libraries write to past <see cref="Console"/>.
/// </summary>
internal static class StandardHandles
{
    private const int WindowsOutput = -11, WindowsError = -12;

    /// <summary>DUPLICATE_SAME_ACCESS: the copy of a handle may do what the handle may.</summary>
    private const int SameAccess = 2;

    private const int Input = 0, Output = 1, Error = 2;

    /// <summary>A second descriptor for the same stream.</summary>
    [UnsupportedOSPlatform("windows")]
    internal static int Duplicate(int descriptor)
    {
        int copy = dup(descriptor);
        return copy >= 0
            ? copy
            : throw new IOException(
                $"The standard stream {descriptor} cannot be used (errno {Marshal.GetLastPInvokeError()}).");
    }

    /// <summary>
    /// Makes standard output a handle of its own: the C runtime closes the one that it was started with when it is
    /// redirected.
    /// </summary>
    [SupportedOSPlatform("windows")]
    internal static void KeepOutput()
    {
        nint process = GetCurrentProcess();
        if (DuplicateHandle(process, GetStdHandle(WindowsOutput), process, out nint copy, 0, false, SameAccess))
            SetStdHandle(WindowsOutput, copy);
    }

    /// <summary>
    /// From now on what is written to standard output goes to standard error; on Unix systems standard input is empty.
    /// </summary>
    internal static void Redirect()
    {
        if (OperatingSystem.IsWindows())
        {
            RedirectOfCRuntime();
            SetStdHandle(WindowsOutput, GetStdHandle(WindowsError));
            return;
        }

        _ = dup2(Error, Output);
        using SafeFileHandle nothing = File.OpenHandle("/dev/null");
        _ = dup2((int)nothing.DangerousGetHandle(), Input);
    }

    /// <summary>
    /// Native libraries write by the C runtime's descriptors, which it has from the start of the process.
    /// </summary>
    [SupportedOSPlatform("windows")]
    private static void RedirectOfCRuntime()
    {
        try
        {
            _ = CRuntimeDup2(Error, Output);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            // What they write then stands between messages, where the build takes it for text of the user's.
        }
    }

    [DllImport("libc", SetLastError = true)]
    private static extern int dup(int descriptor);

    [DllImport("libc", SetLastError = true)]
    private static extern int dup2(int descriptor, int target);

    [DllImport("ucrtbase", EntryPoint = "_dup2", CallingConvention = CallingConvention.Cdecl)]
    private static extern int CRuntimeDup2(int descriptor, int target);

    [DllImport("kernel32")]
    private static extern nint GetCurrentProcess();

    [DllImport("kernel32")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static extern bool DuplicateHandle(
        nint fromProcess,
        nint handle,
        nint toProcess,
        out nint copy,
        uint access,
        [MarshalAs(UnmanagedType.Bool)] bool inherited,
        int options);

    [DllImport("kernel32")]
    private static extern nint GetStdHandle(int which);

    [DllImport("kernel32")]
    private static extern int SetStdHandle(int which, nint handle);
}
