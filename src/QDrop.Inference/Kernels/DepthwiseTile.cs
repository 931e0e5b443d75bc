using System.Runtime.CompilerServices;

namespace QDrop.Kernels;

/// <summary>Tiles of a depthwise convolution of codes.</summary>
/// <typeparam name="TLanes">Vectors.</typeparam>
/// <typeparam name="TFloat">A vector of float32.</typeparam>
/// <typeparam name="TInt">A vector of int32.</typeparam>
internal readonly unsafe struct DepthwiseTile<TLanes, TFloat, TInt> : ITileKernel
    where TLanes : struct, ILanes<TFloat, TInt>
    where TFloat : struct
    where TInt : struct
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Compute(byte** pixels, KernelRun* runs, KernelRun* runEnd, byte* weights, int* sums) =>
        DepthwiseKernel.Compute<TLanes, TFloat, TInt>(pixels, runs, runEnd, (int*)weights, sums);
}
