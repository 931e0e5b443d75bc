using System.Runtime.InteropServices;
using Xunit;

namespace QDrop.Build.Tests;

/// <summary>A test of what is done on Linux only, with the files of its x64 packages.</summary>
internal sealed class LinuxX64FactAttribute : FactAttribute
{
    public LinuxX64FactAttribute() => Skip = LinuxX64.Reason;
}

/// <summary>A test with several cases of what is done on Linux only, with the files of its x64 packages.</summary>
internal sealed class LinuxX64TheoryAttribute : TheoryAttribute
{
    public LinuxX64TheoryAttribute() => Skip = LinuxX64.Reason;
}

internal static class LinuxX64
{
    /// <summary>Why a test does not run here; <see langword="null"/> where it does.</summary>
    internal static string? Reason { get; } = IsHere ? null : "Only Linux on x64 has this.";

    private static bool IsHere => OperatingSystem.IsLinux() && RuntimeInformation.OSArchitecture == Architecture.X64;
}
