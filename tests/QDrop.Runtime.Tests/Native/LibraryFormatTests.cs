using System.Runtime.InteropServices;
using QDrop.Native;
using Xunit;

namespace QDrop.Tests.Native;

/// <summary>Heads of native libraries, made by hand from the specifications of their formats.</summary>
public sealed class LibraryFormatTests
{
    [Fact]
    public void A_head_says_for_which_system_and_processor_a_library_is()
    {
        AssertFormat("Linux on X64", Elf(62));
        AssertFormat("Linux on Arm64", Elf(183));
        AssertFormat("Linux on another processor", Elf(243));
        AssertFormat("Windows on X64", Pe(0x8664));
        AssertFormat("Windows on Arm64", Pe(0xAA64));
        AssertFormat("macOS on Arm64", [0xCF, 0xFA, 0xED, 0xFE, 0x0C, 0, 0, 1]);
        byte[] x64 = [1, 0, 0, 7, .. new byte[16]], arm64 = [1, 0, 0, 0x0C, .. new byte[16]];
        AssertFormat("macOS on X64 and Arm64", [0xCA, 0xFE, 0xBA, 0xBE, 0, 0, 0, 2, .. x64, .. arm64]);
    }

    [Fact]
    public void What_is_no_library_has_no_format()
    {
        Assert.Null(LibraryFormat.Of([]));
        Assert.Null(LibraryFormat.Of("version https://git-lfs.github.com/spec/v1 with a name that is long enough"u8));
        Assert.Null(LibraryFormat.Of([.. "MZ"u8, .. new byte[100]]));
        Assert.Null(LibraryFormat.Of([.. "MZ"u8, .. new byte[58], 0xFF, 0xFF, 0xFF, 0xFF, 0, 0]));
        Assert.Null(LibraryFormat.Of(Path.Combine(Path.GetTempPath(), "none", "libtorch_cpu.so")));
    }

    [Fact]
    public void The_library_of_this_process_fits()
    {
        Assert.True(LibraryFormat.Of(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), ClrName))!.Fits);
    }

    private static string ClrName => OperatingSystem.IsWindows() ? "coreclr.dll"
        : OperatingSystem.IsMacOS() ? "libcoreclr.dylib"
        : "libcoreclr.so";

    private static void AssertFormat(string expected, byte[] head) =>
        Assert.Equal(expected, LibraryFormat.Of([.. head, .. new byte[100]])?.ToString());

    private static byte[] Elf(byte machine) => [.. "\u007fELF"u8, 2, 1, 1, .. new byte[9], 3, 0, machine, 0];

    private static byte[] Pe(ushort machine) =>
        [.. "MZ"u8, .. new byte[58], 64, 0, 0, 0, .. "PE\0\0"u8, (byte)machine, (byte)(machine >> 8)];
}
