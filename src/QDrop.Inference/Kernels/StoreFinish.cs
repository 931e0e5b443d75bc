using System.Runtime.CompilerServices;

namespace QDrop.Kernels;

/// <summary>Sums are stored, for an epilogue that comes later.</summary>
/// <typeparam name="TDot">How codes are multiplied by weights.</typeparam>
/// <typeparam name="TVector">A vector of 16 int32.</typeparam>
internal readonly unsafe struct StoreFinish<TDot, TVector> : IFinish<TVector>
    where TDot : struct, IDot<TVector>
    where TVector : struct
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Finish(
        TVector s0,
        TVector s1,
        TVector s2,
        TVector s3,
        TVector s4,
        TVector s5,
        TVector s6,
        TVector s7,
        int* sums,
        ref EpilogueAddresses epilogue,
        int pixel,
        int channel)
    {
        TDot.Store(s0, sums);
        TDot.Store(s1, sums + DotKernel.Channels);
        TDot.Store(s2, sums + (2 * DotKernel.Channels));
        TDot.Store(s3, sums + (3 * DotKernel.Channels));
        TDot.Store(s4, sums + (4 * DotKernel.Channels));
        TDot.Store(s5, sums + (5 * DotKernel.Channels));
        TDot.Store(s6, sums + (6 * DotKernel.Channels));
        TDot.Store(s7, sums + (7 * DotKernel.Channels));
    }
}
