using System.Runtime.CompilerServices;

namespace QDrop.Kernels;

/// <summary>
/// Sums of a depthwise convolution for 8 pixels and 16 channels: each channel of the output has one of the input.
/// </summary>
internal static unsafe class DepthwiseKernel
{
    /// <summary>Computes a tile.</summary>
    /// <typeparam name="TLanes">Vectors.</typeparam>
    /// <typeparam name="TFloat">A vector of float32.</typeparam>
    /// <typeparam name="TInt">A vector of int32.</typeparam>
    /// <param name="pixels">Addresses of the tile's pixels, at the first of 16 channels.</param>
    /// <param name="taps">The pixels under the kernel, relative to a pixel.</param>
    /// <param name="tapEnd">End of the taps.</param>
    /// <param name="weights">Weights as [tap, channel] of int32.</param>
    /// <param name="sums">Receives the sums as [pixel, channel].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Compute<TLanes, TFloat, TInt>(
        byte** pixels,
        KernelRun* taps,
        KernelRun* tapEnd,
        int* weights,
        int* sums)
        where TLanes : struct, ILanes<TFloat, TInt>
        where TFloat : struct
        where TInt : struct
    {
        for (int channel = 0; channel < DotKernel.Channels; channel += TLanes.Count)
        {
            for (int pixel = 0; pixel < DotKernel.Pixels; pixel += 4)
            {
                byte* p0 = pixels[pixel] + channel;
                byte* p1 = pixels[pixel + 1] + channel;
                byte* p2 = pixels[pixel + 2] + channel;
                byte* p3 = pixels[pixel + 3] + channel;
                TInt s0 = TLanes.Zero;
                TInt s1 = TLanes.Zero;
                TInt s2 = TLanes.Zero;
                TInt s3 = TLanes.Zero;
                int* w = weights + channel;
                for (KernelRun* tap = taps; tap < tapEnd; tap++)
                {
                    nint at = tap->Start;
                    TInt weight = TLanes.Load(w);
                    s0 = TLanes.Add(s0, TLanes.MultiplySmall(TLanes.Load(p0 + at), weight));
                    s1 = TLanes.Add(s1, TLanes.MultiplySmall(TLanes.Load(p1 + at), weight));
                    s2 = TLanes.Add(s2, TLanes.MultiplySmall(TLanes.Load(p2 + at), weight));
                    s3 = TLanes.Add(s3, TLanes.MultiplySmall(TLanes.Load(p3 + at), weight));
                    w += DotKernel.Channels;
                }
                int* target = sums + (pixel * DotKernel.Channels) + channel;
                TLanes.Store(s0, target);
                TLanes.Store(s1, target + DotKernel.Channels);
                TLanes.Store(s2, target + (2 * DotKernel.Channels));
                TLanes.Store(s3, target + (3 * DotKernel.Channels));
            }
        }
    }
}
