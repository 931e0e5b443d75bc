using System.Runtime.CompilerServices;

namespace QDrop.Kernels;

/// <summary>Tiles of codes and weights whose sums go over channels.</summary>
/// <typeparam name="TDot">How codes are multiplied by weights.</typeparam>
/// <typeparam name="TVector">A vector.</typeparam>
internal readonly unsafe struct DotTile<TDot, TVector> : ITileKernel
    where TDot : struct, IDot<TVector>
    where TVector : struct
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Compute(byte** pixels, KernelRun* runs, KernelRun* runEnd, byte* weights, int* sums) =>
        DotKernel.Compute<TDot, TVector>(pixels, runs, runEnd, weights, sums);
}
