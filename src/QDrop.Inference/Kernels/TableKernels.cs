using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace QDrop.Kernels;

/// <summary>
/// Convolutions of codes by weights of 2 bits with AVX-512, without products: of each two codes the 16 sums that two
/// weights can make of them are a table, and pairs of weights look them up, 64 at once.
/// </summary>
internal static unsafe class TableKernels
{
    /// <summary>Bytes of a vector: 4 tables, or the indices of 16 channels into them.</summary>
    public const int Line = 64;

    /// <summary>
    /// Writes the tables of pairs of codes: entry i is one code times i mod 4, plus the other one times i / 4.
    /// </summary>
    /// <param name="codes">The codes.</param>
    /// <param name="tables">Receives the tables.</param>
    /// <param name="count">Number of pairs.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Fill(byte* codes, byte* tables, int count)
    {
        var low = Vector512.Create(Vector256.Create(Low, Low), Vector256.Create(Low, Low));
        var high = Vector512.Create(Vector256.Create(High, High), Vector256.Create(High, High));
        Vector512<byte> pairs = Vector512.Create(
            Vector256.Create(Vector128.Create((short)0x0100), Vector128.Create((short)0x0302)),
            Vector256.Create(Vector128.Create((short)0x0504), Vector128.Create((short)0x0706))).AsByte();
        int i = 0;
        for (; i <= count - 4; i += 4)
        {
            Vector512<byte> own = Avx512BW.Shuffle(Vector512.Create(*(ulong*)(codes + (2 * i))).AsByte(), pairs);
            Avx512BW.PackUnsignedSaturate(
                Avx512BW.MultiplyAddAdjacent(own, low),
                Avx512BW.MultiplyAddAdjacent(own, high)).Store(tables + (i * 16));
        }
        for (; i < count; i++)
        {
            for (int entry = 0; entry < 16; entry++)
                tables[(i * 16) + entry] = (byte)((codes[2 * i] * (entry % 4)) + (codes[(2 * i) + 1] * (entry / 4)));
        }
    }

    /// <summary>The table of two codes that are the same.</summary>
    public static Vector128<byte> Of(byte code)
    {
        byte* codes = stackalloc byte[] { code, code };
        Vector128<byte> table;
        Fill(codes, (byte*)&table, 1);
        return table;
    }

    private static Vector128<sbyte> Low => Vector128.Create(0, 0, 1, 0, 2, 0, 3, 0, 0, 1, 1, 1, 2, 1, 3, 1);

    private static Vector128<sbyte> High => Vector128.Create(0, 2, 1, 2, 2, 2, 3, 2, 0, 3, 1, 3, 2, 3, 3, 3);

    /// <summary>Sums of the codes of pixels, from their tables.</summary>
    /// <param name="tables">The tables of the first pixel.</param>
    /// <param name="bytes">Bytes of a pixel's tables.</param>
    /// <param name="sums">Receives the sums.</param>
    /// <param name="count">Number of pixels.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void SumPixels(byte* tables, int bytes, int* sums, nint count)
    {
        // Both codes times 1 are entry 5.
        var fifth = Vector128.Create(0x0000FF0000000000UL, 0);
        var two = Vector256.Create(fifth, fifth);
        Vector512<byte> entry = Vector512.Create(two, two).AsByte();
        for (nint pixel = 0; pixel < count; pixel++)
        {
            Vector512<ulong> sum = Vector512<ulong>.Zero;
            for (byte* end = tables + bytes; tables < end; tables += Line)
            {
                sum += Avx512BW.SumAbsoluteDifferences(Vector512.Load(tables) & entry, Vector512<byte>.Zero).AsUInt64();
            }
            sums[pixel] = (int)Vector512.Sum(sum);
        }
    }

    /// <summary>Computes some tiles.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="source">Tables of all pixels.</param>
    /// <param name="pixelSums">Sums of the codes of all pixels.</param>
    /// <param name="taps">For each pixel of the kernel, how many pixels it is behind the first one.</param>
    /// <param name="tapCount">Number of pixels of the kernel.</param>
    /// <param name="weights">Packed weights.</param>
    /// <param name="blockBytes">Bytes of the weights of 16 channels.</param>
    /// <param name="runs">What a kernel reads for a pixel.</param>
    /// <param name="runCount">Number of runs.</param>
    /// <param name="epilogue">What becomes of sums.</param>
    /// <param name="first">Index of the first tile.</param>
    /// <param name="last">Index behind the last tile.</param>
    [SkipLocalsInit]
    public static void Run(
        ConvolutionPlan plan,
        byte* source,
        int* pixelSums,
        int* taps,
        int tapCount,
        byte* weights,
        nint blockBytes,
        KernelRun* runs,
        int runCount,
        EpilogueAddresses epilogue,
        int first,
        int last)
    {
        byte* space = stackalloc byte[(DotKernel.Pixels * DotKernel.Channels * sizeof(int)) + Line];
        int* sums = (int*)(((nint)space + Line - 1) & -Line);
        byte** addresses = stackalloc byte*[DotKernel.Pixels];
        int* codeSums = stackalloc int[DotKernel.Pixels];
        epilogue.CodeSums = codeSums;
        KernelRun* runEnd = runs + runCount;
        bool isDense = plan.StrideBytes == plan.PixelBytes;
        TileCursor cursor = plan.Cursor(source, first);
        for (int tile = first; tile < last; tile++, cursor.MoveNext())
        {
            cursor.Locate(addresses);
            byte* blockWeights = weights + (cursor.Block * blockBytes);
            int pixel = cursor.Pixel;
            int pixels = Math.Min(DotKernel.Pixels, plan.Pixels - pixel);
            SumCodes(
                addresses, source, plan.PixelBytes, isDense && pixels == DotKernel.Pixels, pixelSums, taps, tapCount,
                codeSums);
            plan.FindChannels(cursor.Block, out int channel, out int channels);
            if (pixels < DotKernel.Pixels || channels < DotKernel.Channels)
            {
                Compute<StoreFinish<Avx512Words, Vector512<int>>>(
                    addresses, runs, runEnd, blockWeights, sums, ref epilogue, pixel, channel);
                EpilogueKernel.Apply<Lanes512, Vector512<float>, Vector512<int>>(
                    sums, ref epilogue, pixel, pixels, channel, channels);
            }
            else if (epilogue.IsFloat)
            {
                if (epilogue.Residual is null)
                    Compute<FloatFinish512<Without>>(
                        addresses, runs, runEnd, blockWeights, sums, ref epilogue, pixel, channel);
                else if (epilogue.IsResidualFloat)
                    Compute<FloatFinish512<WithFloats>>(
                        addresses, runs, runEnd, blockWeights, sums, ref epilogue, pixel, channel);
                else
                    Compute<FloatFinish512<With>>(
                        addresses, runs, runEnd, blockWeights, sums, ref epilogue, pixel, channel);
            }
            else if (epilogue.Residual is null)
            {
                Compute<CodeFinish512<Without, With>>(
                    addresses, runs, runEnd, blockWeights, sums, ref epilogue, pixel, channel);
            }
            else if (epilogue.IsResidualFloat)
            {
                Compute<CodeFinish512<WithFloats, With>>(
                    addresses, runs, runEnd, blockWeights, sums, ref epilogue, pixel, channel);
            }
            else
            {
                Compute<CodeFinish512<With, With>>(
                    addresses, runs, runEnd, blockWeights, sums, ref epilogue, pixel, channel);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SumCodes(
        byte** addresses,
        byte* source,
        nint pixelBytes,
        bool isDense,
        int* pixelSums,
        int* taps,
        int tapCount,
        int* codeSums)
    {
        int* at = pixelSums + ((addresses[0] - source) / pixelBytes);
        if (isDense && addresses[7] - addresses[0] == 7 * pixelBytes)
        {
            Vector256<int> sum = Vector256<int>.Zero;
            for (int tap = 0; tap < tapCount; tap++)
                sum += Vector256.Load(at + taps[tap]);
            sum.Store(codeSums);
            return;
        }
        for (int p = 0; p < DotKernel.Pixels; p++)
        {
            at = pixelSums + ((addresses[p] - source) / pixelBytes);
            int sum = 0;
            for (int tap = 0; tap < tapCount; tap++)
                sum += at[taps[tap]];
            codeSums[p] = sum;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Compute<TFinish>(
        byte** pixels,
        KernelRun* run,
        KernelRun* runEnd,
        byte* weights,
        int* sums,
        ref EpilogueAddresses epilogue,
        int pixel,
        int channel)
        where TFinish : struct, IFinish<Vector512<int>>
    {
        byte* p0 = pixels[0];
        byte* p1 = pixels[1];
        byte* p2 = pixels[2];
        byte* p3 = pixels[3];
        byte* p4 = pixels[4];
        byte* p5 = pixels[5];
        byte* p6 = pixels[6];
        byte* p7 = pixels[7];
        Vector512<byte> s0 = Vector512<byte>.Zero, s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0;

        // Sums of even channels, and those of odd ones.
        Vector512<ushort> e0 = Vector512<ushort>.Zero, e1 = e0, e2 = e0, e3 = e0, e4 = e0, e5 = e0, e6 = e0, e7 = e0;
        Vector512<ushort> o0 = e0, o1 = e0, o2 = e0, o3 = e0, o4 = e0, o5 = e0, o6 = e0, o7 = e0;
        for (; run < runEnd; run++)
        {
            nint end = run->End;
            nint at = run->Start;
            do
            {
                var w = Vector512.Load(weights);
                Vector512<byte> m0 = Avx512BW.Shuffle(Vector512.Load(p0 + at), w);
                Vector512<byte> m1 = Avx512BW.Shuffle(Vector512.Load(p1 + at), w);
                Vector512<byte> m2 = Avx512BW.Shuffle(Vector512.Load(p2 + at), w);
                Vector512<byte> m3 = Avx512BW.Shuffle(Vector512.Load(p3 + at), w);
                s0 += m0;
                s1 += m1;
                s2 += m2;
                s3 += m3;
                m0 = Avx512BW.Shuffle(Vector512.Load(p4 + at), w);
                m1 = Avx512BW.Shuffle(Vector512.Load(p5 + at), w);
                m2 = Avx512BW.Shuffle(Vector512.Load(p6 + at), w);
                m3 = Avx512BW.Shuffle(Vector512.Load(p7 + at), w);
                s4 += m0;
                s5 += m1;
                s6 += m2;
                s7 += m3;
                weights += Line;
                at += Line;
            }
            while (at < end);
            if (run->Flush == KernelFlush.None)
                continue;
            Widen(ref s0, ref e0, ref o0);
            Widen(ref s1, ref e1, ref o1);
            Widen(ref s2, ref e2, ref o2);
            Widen(ref s3, ref e3, ref o3);
            Widen(ref s4, ref e4, ref o4);
            Widen(ref s5, ref e5, ref o5);
            Widen(ref s6, ref e6, ref o6);
            Widen(ref s7, ref e7, ref o7);
        }
        TFinish.Finish(
            Sum(s0, e0, o0),
            Sum(s1, e1, o1),
            Sum(s2, e2, o2),
            Sum(s3, e3, o3),
            Sum(s4, e4, o4),
            Sum(s5, e5, o5),
            Sum(s6, e6, o6),
            Sum(s7, e7, o7),
            sums,
            ref epilogue,
            pixel,
            channel);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Widen(ref Vector512<byte> sums, ref Vector512<ushort> even, ref Vector512<ushort> odd)
    {
        even += sums.AsUInt16() & Vector512.Create((ushort)0xFF);
        odd += sums.AsUInt16() >> 8;
        sums = Vector512<byte>.Zero;
    }

    /// <summary>The sums of 16 channels, from those of four groups of inputs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Sum(Vector512<byte> sums, Vector512<ushort> even, Vector512<ushort> odd)
    {
        Widen(ref sums, ref even, ref odd);
        Vector256<ushort> e = even.GetLower() + even.GetUpper();
        Vector256<ushort> o = odd.GetLower() + odd.GetUpper();
        Vector128<ushort> evens = e.GetLower() + e.GetUpper();
        Vector128<ushort> odds = o.GetLower() + o.GetUpper();
        return Avx512F.ConvertToVector512Int32(
            Vector256.Create(Sse2.UnpackLow(evens, odds), Sse2.UnpackHigh(evens, odds)));
    }
}
