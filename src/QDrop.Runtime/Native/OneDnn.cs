using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace QDrop.Native;

/// <summary>Keeps oneDNN, with which libtorch computes convolutions, to code that is right on this machine.</summary>
/// <remarks>
/// Some virtual machines hide the sizes of an AMD processor's caches. There, libtorch 2.10 (oneDNN 3.7.1) computes
/// convolutions wrongly, without an error, if their numbers of channels are not multiples of a vector's width: a
/// 3 × 3 convolution from 24 to 24 channels forward, from 4 to 4 backward. Seen on an AMD EPYC (family 26) with AVX,
/// AVX2 and AVX-512 code; SSE4.1 code is right, and about a quarter as fast.
/// </remarks>
internal static partial class OneDnn
{
    /// <summary>The environment variable that says which instructions oneDNN may use.</summary>
    internal const string Variable = "ONEDNN_MAX_CPU_ISA";

    /// <summary>CPUID's function that describes the caches of AMD's processors, and the highest of its kind.</summary>
    private const int CacheProperties = unchecked((int)0x8000001D), HighestExtended = unchecked((int)0x80000000);

    private const string Safe = "SSE41";

    /// <summary>Whether this machine is one of those where oneDNN's newer code is wrong.</summary>
    internal static bool IsUnsafeHere => X86Base.IsSupported && IsAmd && HidesCaches;

    /// <summary>Whether oneDNN runs slower, but right, code because of <see cref="UseSafeCode"/>.</summary>
    internal static bool IsLimited => IsUnsafeHere && Environment.GetEnvironmentVariable(Variable) == Safe;

    private static bool IsAmd => X86Base.CpuId(0, 0) is (_, 0x68747541, 0x444D4163, 0x69746E65);

    /// <summary>The low five bits of the first register are the kind of the first cache; 0 is none.</summary>
    private static bool HidesCaches =>
        (uint)X86Base.CpuId(HighestExtended, 0).Eax < unchecked((uint)CacheProperties)
        || (X86Base.CpuId(CacheProperties, 0).Eax & 0x1F) == 0;

    /// <summary>
    /// Sets the environment variable where that is needed and the user has not set it. oneDNN reads it at its first
    /// computation.
    /// </summary>
    internal static void UseSafeCode()
    {
        if (!Needs(Environment.GetEnvironmentVariable(Variable), IsUnsafeHere))
            return;
        Environment.SetEnvironmentVariable(Variable, Safe);
        // .NET's environment is its own outside Windows; native code reads that of the C library.
        if (!OperatingSystem.IsWindows())
            _ = SetEnvironment(Variable, Safe, overwrite: 1);
    }

    /// <summary>Whether the variable must be set: on an unsafe machine, if the user has not set it.</summary>
    internal static bool Needs(string? given, bool isUnsafe) => isUnsafe && string.IsNullOrEmpty(given);

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
