using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace QDrop.Kernels;

/// <summary>Computes tiles of a convolution.</summary>
internal static unsafe class TileLoop
{
    /// <summary>Computes some tiles. Nothing is allocated, and tiles can be computed in any order on any threads.</summary>
    /// <typeparam name="TKernel">What computes sums.</typeparam>
    /// <typeparam name="TLanes">Vectors of the epilogue.</typeparam>
    /// <typeparam name="TFloat">A vector of float32.</typeparam>
    /// <typeparam name="TInt">A vector of int32.</typeparam>
    /// <param name="plan">The plan.</param>
    /// <param name="source">The input, or its copy if the plan needs one.</param>
    /// <param name="weights">Packed weights.</param>
    /// <param name="blockBytes">Bytes of the weights of 16 channels.</param>
    /// <param name="runs">What a kernel reads for a pixel.</param>
    /// <param name="runCount">Number of runs.</param>
    /// <param name="epilogue">What becomes of sums.</param>
    /// <param name="first">Index of the first tile.</param>
    /// <param name="last">Index behind the last tile.</param>
    [SkipLocalsInit]
    public static void Run<TKernel, TLanes, TFloat, TInt>(
        ConvolutionPlan plan,
        byte* source,
        byte* weights,
        nint blockBytes,
        KernelRun* runs,
        int runCount,
        EpilogueAddresses epilogue,
        int first,
        int last)
        where TKernel : struct, ITileKernel
        where TLanes : struct, ILanes<TFloat, TInt>
        where TFloat : struct
        where TInt : struct
    {
        const int Alignment = 64;
        byte* space = stackalloc byte[(DotKernel.Pixels * DotKernel.Channels * sizeof(int)) + Alignment];
        int* sums = (int*)(((nint)space + Alignment - 1) & -Alignment);
        byte** pixels = stackalloc byte*[DotKernel.Pixels];
        int* codeSums = stackalloc int[DotKernel.Pixels];
        for (int tile = first; tile < last; tile++)
        {
            plan.Find(tile, out int pixelTile, out int block);
            int pixel = pixelTile * DotKernel.Pixels;
            plan.Locate(source, pixel, block, pixels);
            TKernel.Compute(pixels, runs, runs + runCount, weights + (block * blockBytes), sums);
            if (epilogue.Corrections is not null)
                SumCodes(pixels, runs, runs + runCount, codeSums);
            int group = block / plan.BlocksPerGroup;
            int channel = (block - (group * plan.BlocksPerGroup)) * DotKernel.Channels;
            EpilogueKernel.Apply<TLanes, TFloat, TInt>(
                sums,
                codeSums,
                ref epilogue,
                pixel,
                Math.Min(DotKernel.Pixels, plan.Pixels - pixel),
                (group * plan.GroupOutChannels) + channel,
                Math.Min(DotKernel.Channels, plan.GroupOutChannels - channel));
        }
    }

    private static void SumCodes(byte** pixels, KernelRun* runs, KernelRun* runEnd, int* codeSums)
    {
        for (int p = 0; p < DotKernel.Pixels; p++)
        {
            int sum = 0;
            for (KernelRun* run = runs; run < runEnd; run++)
            {
                byte* at = pixels[p] + run->Start;
                byte* end = pixels[p] + run->End;
                if (end - at >= Vector128<byte>.Count)
                {
                    Vector128<uint> total = Vector128<uint>.Zero;
                    do
                    {
                        (Vector128<ushort> low, Vector128<ushort> high) = Vector128.Widen(Vector128.Load(at));
                        (Vector128<uint> lower, Vector128<uint> upper) = Vector128.Widen(low + high);
                        total += lower + upper;
                        at += Vector128<byte>.Count;
                    }
                    while (end - at >= Vector128<byte>.Count);
                    sum += (int)Vector128.Sum(total);
                }
                for (; at < end; at++)
                    sum += *at;
            }
            codeSums[p] = sum;
        }
    }
}
