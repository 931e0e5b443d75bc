using System.Runtime.CompilerServices;

namespace QDrop.Kernels;

/// <summary>Tiles of float32.</summary>
/// <typeparam name="TLanes">Vectors.</typeparam>
/// <typeparam name="TFloat">A vector of float32.</typeparam>
/// <typeparam name="TInt">A vector of int32.</typeparam>
internal readonly unsafe struct FloatTile<TLanes, TFloat, TInt> : ITileKernel
    where TLanes : struct, ILanes<TFloat, TInt>
    where TFloat : struct
    where TInt : struct
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Compute(byte** pixels, KernelRun* runs, KernelRun* runEnd, byte* weights, int* sums) =>
        FloatKernel.Compute<TLanes, TFloat, TInt>(pixels, runs, runEnd, (float*)weights, (float*)sums);
}
