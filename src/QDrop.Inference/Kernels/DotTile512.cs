using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace QDrop.Kernels;

/// <summary>Tiles of codes and weights with AVX-512, whose sums become codes in registers.</summary>
/// <typeparam name="TDot">How codes are multiplied by weights.</typeparam>
internal readonly unsafe struct DotTile512<TDot> : ITileKernel
    where TDot : struct, IDot<Vector512<int>>
{
    /// <inheritdoc/>
    public static bool HasCodes => true;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Compute(byte** pixels, KernelRun* runs, KernelRun* runEnd, byte* weights, int* sums) =>
        DotKernel.Compute<TDot, Vector512<int>>(pixels, runs, runEnd, weights, sums);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ComputeCodes<TResidual, TZero>(
        byte** pixels,
        KernelRun* runs,
        KernelRun* runEnd,
        byte* weights,
        int* sums,
        ref EpilogueAddresses epilogue,
        int pixel,
        int channel)
        where TResidual : struct, IChoice
        where TZero : struct, IChoice =>
        DotKernel.OneByEight<TDot, CodeFinish512<TResidual, TZero>, Vector512<int>>(
            pixels, runs, runEnd, weights, sums, ref epilogue, pixel, channel);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ComputeFloats<TResidual>(
        byte** pixels,
        KernelRun* runs,
        KernelRun* runEnd,
        byte* weights,
        int* sums,
        ref EpilogueAddresses epilogue,
        int pixel,
        int channel)
        where TResidual : struct, IChoice =>
        DotKernel.OneByEight<TDot, FloatFinish512<TResidual>, Vector512<int>>(
            pixels, runs, runEnd, weights, sums, ref epilogue, pixel, channel);
}
