using System.Runtime.InteropServices;

namespace QDrop.Build;

/// <summary>How file systems compare paths.</summary>
internal static class FilePaths
{
    /// <summary>Compares as this system does unless told otherwise: Windows and macOS ignore case.</summary>
    internal static StringComparer Comparer { get; } = ComparerOf(Is(OSPlatform.Windows) || Is(OSPlatform.OSX));

    /// <summary>Compares as a file system does that has, or ignores, case.</summary>
    internal static StringComparer ComparerOf(bool ignoresCase) =>
        ignoresCase ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;

    private static bool Is(OSPlatform system) => RuntimeInformation.IsOSPlatform(system);
}
