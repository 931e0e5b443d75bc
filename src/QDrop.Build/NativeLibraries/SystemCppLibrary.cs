using System.Runtime.InteropServices;

namespace QDrop.Build.NativeLibraries;

/// <summary>The C++ library of this system, as its dynamic loader finds it.</summary>
internal static class SystemCppLibrary
{
    private const int LazyBinding = 1;

    /// <summary>Full path of the library; <see langword="null"/> where the loader finds none.</summary>
    /// <remarks>
    /// Only the loader knows: paths come from the environment, its configuration and its cache. So it is asked to load
    /// the library, which is in .NET's own process anyway, and the kernel says from which file.
    /// </remarks>
    internal static string? Find()
    {
        try
        {
            dlopen(MissingVersions.CppLibrary, LazyBinding);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            // Before glibc 2.34 the function is in another library. What is mapped already shows all the same.
        }

        try
        {
            return File.ReadLines("/proc/self/maps").Select(PathOf).FirstOrDefault(IsCppLibrary);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>
    /// The path at the end of a line such as <c>7f… r-xp 0009a000 fe:00 1234   /usr/lib/libstdc++.so.6.0.30</c>.
    /// </summary>
    private static string PathOf(string mapping) =>
        mapping.IndexOf('/') is >= 0 and var start ? mapping.Substring(start) : "";

    private static bool IsCppLibrary(string path) =>
        Path.GetFileName(path).StartsWith(MissingVersions.CppLibrary, StringComparison.Ordinal) && File.Exists(path);

    [DllImport("libc")]
    private static extern IntPtr dlopen(string path, int flags);
}
