using System.Runtime.CompilerServices;

namespace QDrop.Kernels;

/// <summary>
/// Sums of products of float32 for 8 pixels and 16 channels. Each sum takes its products in the order of the kernel,
/// with one rounding each, whatever the width of vectors.
/// </summary>
internal static unsafe class FloatKernel
{
    /// <summary>Computes a tile.</summary>
    /// <typeparam name="TLanes">Vectors.</typeparam>
    /// <typeparam name="TFloat">A vector of float32.</typeparam>
    /// <typeparam name="TInt">A vector of int32.</typeparam>
    /// <param name="pixels">Addresses of the tile's pixels.</param>
    /// <param name="runs">The runs, relative to a pixel.</param>
    /// <param name="runEnd">End of the runs.</param>
    /// <param name="weights">Weights as [k, channel].</param>
    /// <param name="sums">Receives the sums as [pixel, channel].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Compute<TLanes, TFloat, TInt>(
        byte** pixels,
        KernelRun* runs,
        KernelRun* runEnd,
        float* weights,
        float* sums)
        where TLanes : struct, ILanes<TFloat, TInt>
        where TFloat : struct
        where TInt : struct
    {
        for (int channel = 0; channel < DotKernel.Channels; channel += TLanes.Count)
        {
            byte* p0 = pixels[0];
            byte* p1 = pixels[1];
            byte* p2 = pixels[2];
            byte* p3 = pixels[3];
            byte* p4 = pixels[4];
            byte* p5 = pixels[5];
            byte* p6 = pixels[6];
            byte* p7 = pixels[7];
            TFloat s0 = TLanes.FloatZero;
            TFloat s1 = TLanes.FloatZero;
            TFloat s2 = TLanes.FloatZero;
            TFloat s3 = TLanes.FloatZero;
            TFloat s4 = TLanes.FloatZero;
            TFloat s5 = TLanes.FloatZero;
            TFloat s6 = TLanes.FloatZero;
            TFloat s7 = TLanes.FloatZero;
            float* w = weights + channel;
            for (KernelRun* run = runs; run < runEnd; run++)
            {
                nint end = run->End;
                for (nint at = run->Start; at < end; at += sizeof(float))
                {
                    TFloat weight = TLanes.Load(w);
                    s0 = TLanes.FusedMultiplyAdd(TLanes.Broadcast(*(float*)(p0 + at)), weight, s0);
                    s1 = TLanes.FusedMultiplyAdd(TLanes.Broadcast(*(float*)(p1 + at)), weight, s1);
                    s2 = TLanes.FusedMultiplyAdd(TLanes.Broadcast(*(float*)(p2 + at)), weight, s2);
                    s3 = TLanes.FusedMultiplyAdd(TLanes.Broadcast(*(float*)(p3 + at)), weight, s3);
                    s4 = TLanes.FusedMultiplyAdd(TLanes.Broadcast(*(float*)(p4 + at)), weight, s4);
                    s5 = TLanes.FusedMultiplyAdd(TLanes.Broadcast(*(float*)(p5 + at)), weight, s5);
                    s6 = TLanes.FusedMultiplyAdd(TLanes.Broadcast(*(float*)(p6 + at)), weight, s6);
                    s7 = TLanes.FusedMultiplyAdd(TLanes.Broadcast(*(float*)(p7 + at)), weight, s7);
                    w += DotKernel.Channels;
                }
            }
            float* target = sums + channel;
            TLanes.Store(s0, target);
            TLanes.Store(s1, target + DotKernel.Channels);
            TLanes.Store(s2, target + (2 * DotKernel.Channels));
            TLanes.Store(s3, target + (3 * DotKernel.Channels));
            TLanes.Store(s4, target + (4 * DotKernel.Channels));
            TLanes.Store(s5, target + (5 * DotKernel.Channels));
            TLanes.Store(s6, target + (6 * DotKernel.Channels));
            TLanes.Store(s7, target + (7 * DotKernel.Channels));
        }
    }
}
