using System.Runtime.InteropServices;

namespace QDrop.Native;

/// <summary>File names of libtorch and of TorchSharp's library that binds it, on one operating system.</summary>
/// <param name="Core">The base of the others.</param>
/// <param name="Cpu">Operations on the processor; what makes a libtorch one.</param>
/// <param name="All">The one that programs link to.</param>
/// <param name="Cuda">Operations on NVIDIA's devices, which only CUDA packages have.</param>
/// <param name="Binding">TorchSharp's library.</param>
/// <param name="Threads">
/// Pattern of the library of threads that the package brings along; <see langword="null"/> if none is loaded first.
/// </param>
internal sealed record LibraryNames(string Core, string Cpu, string All, string Cuda, string Binding, string? Threads)
{
    /// <summary>The names on this system.</summary>
    internal static LibraryNames Here => On(LibraryFormat.ThisSystem);

    /// <summary>The names of libtorch on all systems.</summary>
    internal static IEnumerable<string> CpuOnAnySystem =>
        [On(OSPlatform.Linux).Cpu, On(OSPlatform.Windows).Cpu, On(OSPlatform.OSX).Cpu];

    private static LibraryNames On(OSPlatform system)
    {
        if (system == OSPlatform.Windows)
            return new("c10.dll", "torch_cpu.dll", "torch.dll", "torch_cuda.dll", "LibTorchSharp.dll", null);
        (string? end, string? threads) = system == OSPlatform.OSX ? (".dylib", (string?)null) : (".so", "libgomp*.so*");
        string libtorch = "libtorch" + end, binding = "libLibTorchSharp" + end;
        return new("libc10" + end, "libtorch_cpu" + end, libtorch, "libtorch_cuda" + end, binding, threads);
    }
}
