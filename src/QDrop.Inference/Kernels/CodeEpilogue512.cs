using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace QDrop.Kernels;

/// <summary>The most frequent epilogue with AVX-512: a whole tile of sums becomes codes.</summary>
internal readonly unsafe struct CodeEpilogue512 : ICodeEpilogue
{
    /// <inheritdoc/>
    public static bool IsThere => true;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Apply<TResidual, TZero>(int* sums, ref EpilogueAddresses epilogue, int pixel, int channel)
        where TResidual : struct, IChoice
        where TZero : struct, IChoice =>
        CodeFinish512<TResidual, TZero>.Finish(
            Vector512.Load(sums),
            Vector512.Load(sums + DotKernel.Channels),
            Vector512.Load(sums + (2 * DotKernel.Channels)),
            Vector512.Load(sums + (3 * DotKernel.Channels)),
            Vector512.Load(sums + (4 * DotKernel.Channels)),
            Vector512.Load(sums + (5 * DotKernel.Channels)),
            Vector512.Load(sums + (6 * DotKernel.Channels)),
            Vector512.Load(sums + (7 * DotKernel.Channels)),
            sums,
            ref epilogue,
            pixel,
            channel);
}
