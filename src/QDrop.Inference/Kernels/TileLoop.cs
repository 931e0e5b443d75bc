using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace QDrop.Kernels;

/// <summary>Computes tiles of a convolution.</summary>
internal static unsafe class TileLoop
{
    /// <summary>
    /// Computes some tiles. Nothing is allocated, and tiles can be computed in any order and at once.
    /// </summary>
    /// <typeparam name="TKernel">What computes sums.</typeparam>
    /// <typeparam name="TCodes">The epilogue of most tiles.</typeparam>
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
    public static void Run<TKernel, TCodes, TLanes, TFloat, TInt>(
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
        where TCodes : struct, ICodeEpilogue
        where TLanes : struct, ILanes<TFloat, TInt>
        where TFloat : struct
        where TInt : struct
    {
        const int Alignment = 64;
        byte* space = stackalloc byte[(DotKernel.Pixels * DotKernel.Channels * sizeof(int)) + Alignment];
        int* sums = (int*)(((nint)space + Alignment - 1) & -Alignment);
        byte** addresses = stackalloc byte*[DotKernel.Pixels];
        int* codeSums = stackalloc int[DotKernel.Pixels];
        epilogue.CodeSums = codeSums;
        KernelRun* runEnd = runs + runCount;
        bool isFrequent = TCodes.IsThere && epilogue.IsQuantized && TCodes.TakesFloats == (epilogue.Offsets is null);
        bool isFloat = TKernel.HasCodes && epilogue.IsFloat;
        byte* summed = null;
        var ahead = new WeightPrefetch(plan, weights, blockBytes);
        TileCursor cursor = plan.Cursor(source, first);
        for (int tile = first; tile < last; tile++, cursor.MoveNext())
        {
            cursor.Locate(addresses);
            byte* blockWeights = weights + (cursor.Block * blockBytes);
            ahead.Next(cursor.Block);
            int pixel = cursor.Pixel;
            int pixels = Math.Min(DotKernel.Pixels, plan.Pixels - pixel);
            plan.FindChannels(cursor.Block, out int channel, out int channels);
            if (epilogue.Corrections is not null && addresses[0] != summed)
            {
                summed = addresses[0];
                SumCodes(addresses, runs, runEnd, codeSums);
            }
            if (isFrequent && pixels == DotKernel.Pixels && channels == DotKernel.Channels)
            {
                ComputeCodes<TKernel, TCodes>(
                    addresses, runs, runEnd, blockWeights, sums, ref epilogue, pixel, channel);
                continue;
            }
            if (isFloat && pixels == DotKernel.Pixels && channels == DotKernel.Channels)
            {
                ComputeFloats<TKernel>(addresses, runs, runEnd, blockWeights, sums, ref epilogue, pixel, channel);
                continue;
            }
            TKernel.Compute(addresses, runs, runEnd, blockWeights, sums);
            EpilogueKernel.Apply<TLanes, TFloat, TInt>(
                sums, ref epilogue, pixel, pixels, channel, channels);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ComputeFloats<TKernel>(
        byte** pixels,
        KernelRun* runs,
        KernelRun* runEnd,
        byte* weights,
        int* sums,
        ref EpilogueAddresses epilogue,
        int pixel,
        int channel)
        where TKernel : struct, ITileKernel
    {
        if (epilogue.Residual is null)
            TKernel.ComputeFloats<Without>(pixels, runs, runEnd, weights, sums, ref epilogue, pixel, channel);
        else if (epilogue.IsResidualFloat)
            TKernel.ComputeFloats<WithFloats>(pixels, runs, runEnd, weights, sums, ref epilogue, pixel, channel);
        else
            TKernel.ComputeFloats<With>(pixels, runs, runEnd, weights, sums, ref epilogue, pixel, channel);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ComputeCodes<TKernel, TCodes>(
        byte** pixels,
        KernelRun* runs,
        KernelRun* runEnd,
        byte* weights,
        int* sums,
        ref EpilogueAddresses epilogue,
        int pixel,
        int channel)
        where TKernel : struct, ITileKernel
        where TCodes : struct, ICodeEpilogue
    {
        if (epilogue.Residual is null)
        {
            if (epilogue.IsCutAtZero)
            {
                ComputeCodes<TKernel, TCodes, Without, Without>(
                    pixels, runs, runEnd, weights, sums, ref epilogue, pixel, channel);
            }
            else
            {
                ComputeCodes<TKernel, TCodes, Without, With>(
                    pixels, runs, runEnd, weights, sums, ref epilogue, pixel, channel);
            }
        }
        else if (epilogue.IsResidualFloat)
        {
            ComputeCodes<TKernel, TCodes, WithFloats, With>(
                pixels, runs, runEnd, weights, sums, ref epilogue, pixel, channel);
        }
        else if (epilogue.IsCutAtZero && epilogue.ResidualZeroPoint == 0)
        {
            ComputeCodes<TKernel, TCodes, With, Without>(
                pixels, runs, runEnd, weights, sums, ref epilogue, pixel, channel);
        }
        else
        {
            ComputeCodes<TKernel, TCodes, With, With>(
                pixels, runs, runEnd, weights, sums, ref epilogue, pixel, channel);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ComputeCodes<TKernel, TCodes, TResidual, TZero>(
        byte** pixels,
        KernelRun* runs,
        KernelRun* runEnd,
        byte* weights,
        int* sums,
        ref EpilogueAddresses epilogue,
        int pixel,
        int channel)
        where TKernel : struct, ITileKernel
        where TCodes : struct, ICodeEpilogue
        where TResidual : struct, IChoice
        where TZero : struct, IChoice
    {
        if (TKernel.HasCodes)
        {
            TKernel.ComputeCodes<TResidual, TZero>(
                pixels, runs, runEnd, weights, sums, ref epilogue, pixel, channel);
            return;
        }
        TKernel.Compute(pixels, runs, runEnd, weights, sums);
        TCodes.Apply<TResidual, TZero>(sums, ref epilogue, pixel, channel);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SumCodes(byte** pixels, KernelRun* runs, KernelRun* runEnd, int* codeSums)
    {
        for (int p = 0; p < DotKernel.Pixels; p++)
        {
            Vector256<int> wide = Vector256<int>.Zero;
            Vector128<int> sums = Vector128<int>.Zero;
            uint sum = 0;
            for (KernelRun* run = runs; run < runEnd; run++)
            {
                byte* at = pixels[p] + run->Start;
                byte* end = pixels[p] + run->End;
                if (Avx2.IsSupported)
                {
                    for (; end - at >= Vector256<byte>.Count; at += Vector256<byte>.Count)
                        wide += Avx2.SumAbsoluteDifferences(Vector256.Load(at), Vector256<byte>.Zero).AsInt32();
                }
                for (; end - at >= Vector128<byte>.Count; at += Vector128<byte>.Count)
                    sums += Sum(Vector128.Load(at));
                for (; at < end; at += sizeof(uint))
                {
                    uint codes = *(uint*)at;
                    uint pairs = (codes & 0x00FF00FF) + ((codes >> 8) & 0x00FF00FF);
                    sum += (pairs * 0x00010001) >> 16;
                }
            }
            if (Avx2.IsSupported)
                sums += wide.GetLower() + wide.GetUpper();
            codeSums[p] = Vector128.Sum(sums) + (int)sum;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Sum(Vector128<byte> codes)
    {
        if (Sse2.IsSupported)
            return Sse2.SumAbsoluteDifferences(codes, Vector128<byte>.Zero).AsInt32();
        (Vector128<ushort> low, Vector128<ushort> high) = Vector128.Widen(codes);
        (Vector128<uint> lower, Vector128<uint> upper) = Vector128.Widen(low + high);
        return (lower + upper).AsInt32();
    }
}
