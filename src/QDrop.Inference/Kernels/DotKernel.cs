using System.Runtime.CompilerServices;

namespace QDrop.Kernels;

/// <summary>
/// Sums of products for <see cref="Pixels"/> pixels and <see cref="Channels"/> channels of the output. Registers hold 8
/// vectors of sums, and products are made in bursts before they are added: in turns, both wait for the same ports.
/// </summary>
internal static unsafe class DotKernel
{
    /// <summary>Pixels of a tile.</summary>
    public const int Pixels = 8;

    /// <summary>Channels of a tile.</summary>
    public const int Channels = 16;

    /// <summary>Computes a tile.</summary>
    /// <typeparam name="TDot">How codes are multiplied by weights.</typeparam>
    /// <typeparam name="TVector">A vector.</typeparam>
    /// <param name="pixels">Addresses of the tile's pixels.</param>
    /// <param name="runs">The runs, relative to a pixel.</param>
    /// <param name="runEnd">End of the runs.</param>
    /// <param name="weights">Weights as [k / 4, channel, 4] of bytes or [k / 2, channel, 2] of words.</param>
    /// <param name="sums">Receives the sums as [pixel, channel].</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Compute<TDot, TVector>(
        byte** pixels,
        KernelRun* runs,
        KernelRun* runEnd,
        byte* weights,
        int* sums)
        where TDot : struct, IDot<TVector>
        where TVector : struct
    {
        // A pixel that is there twice is behind the last one.
        if (TDot.Count == Channels)
        {
            if (pixels[1] == pixels[0])
                OneByOne<TDot, TVector>(pixels[0], runs, runEnd, weights, sums);
            else
                OneByEight<TDot, StoreFinish<TDot, TVector>, TVector>(
                    pixels, runs, runEnd, weights, sums, ref Unsafe.NullRef<EpilogueAddresses>(), 0, 0);
            return;
        }
        for (int pixel = 0; pixel < Pixels; pixel += 4)
        {
            if (pixel > 0 && pixels[pixel] == pixels[pixel - 1])
                break;
            for (int channel = 0; channel < Channels; channel += 2 * TDot.Count)
            {
                TwoByFour<TDot, TVector>(
                    pixels + pixel,
                    runs,
                    runEnd,
                    weights + (channel * sizeof(int)),
                    sums + (pixel * Channels) + channel);
            }
        }
    }

    /// <summary>Computes a tile with one vector for each of 8 pixels.</summary>
    /// <typeparam name="TDot">How codes are multiplied by weights.</typeparam>
    /// <typeparam name="TFinish">What becomes of sums.</typeparam>
    /// <typeparam name="TVector">A vector.</typeparam>
    /// <param name="pixels">Addresses of the tile's pixels.</param>
    /// <param name="run">The runs, relative to a pixel.</param>
    /// <param name="runEnd">End of the runs.</param>
    /// <param name="weights">Weights of the tile's channels.</param>
    /// <param name="sums">Space for sums as [pixel, channel].</param>
    /// <param name="epilogue">The epilogue.</param>
    /// <param name="pixel">Index of the first pixel.</param>
    /// <param name="channel">Index of the first channel.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void OneByEight<TDot, TFinish, TVector>(
        byte** pixels,
        KernelRun* run,
        KernelRun* runEnd,
        byte* weights,
        int* sums,
        ref EpilogueAddresses epilogue,
        int pixel,
        int channel)
        where TDot : struct, IDot<TVector>
        where TFinish : struct, IFinish<TVector>
        where TVector : struct
    {
        byte* p0 = pixels[0];
        byte* p1 = pixels[1];
        byte* p2 = pixels[2];
        byte* p3 = pixels[3];
        byte* p4 = pixels[4];
        byte* p5 = pixels[5];
        byte* p6 = pixels[6];
        byte* p7 = pixels[7];
        TVector s0 = TDot.Zero;
        TVector s1 = TDot.Zero;
        TVector s2 = TDot.Zero;
        TVector s3 = TDot.Zero;
        TVector s4 = TDot.Zero;
        TVector s5 = TDot.Zero;
        TVector s6 = TDot.Zero;
        TVector s7 = TDot.Zero;
        TVector t0 = TDot.Zero;
        TVector t1 = TDot.Zero;
        TVector t2 = TDot.Zero;
        TVector t3 = TDot.Zero;
        TVector t4 = TDot.Zero;
        TVector t5 = TDot.Zero;
        TVector t6 = TDot.Zero;
        TVector t7 = TDot.Zero;
        while (true)
        {
            nint end = run->End;
            nint at = run->Start;
            do
            {
                TVector w = TDot.Load(weights);
                TVector m0 = TDot.Multiply(TDot.Broadcast(p0 + at), w);
                TVector m1 = TDot.Multiply(TDot.Broadcast(p1 + at), w);
                TVector m2 = TDot.Multiply(TDot.Broadcast(p2 + at), w);
                TVector m3 = TDot.Multiply(TDot.Broadcast(p3 + at), w);
                TVector m4 = TDot.Multiply(TDot.Broadcast(p4 + at), w);
                TVector m5 = TDot.Multiply(TDot.Broadcast(p5 + at), w);
                TVector m6 = TDot.Multiply(TDot.Broadcast(p6 + at), w);
                TVector m7 = TDot.Multiply(TDot.Broadcast(p7 + at), w);
                s0 = TDot.Add(s0, m0);
                s1 = TDot.Add(s1, m1);
                s2 = TDot.Add(s2, m2);
                s3 = TDot.Add(s3, m3);
                s4 = TDot.Add(s4, m4);
                s5 = TDot.Add(s5, m5);
                s6 = TDot.Add(s6, m6);
                s7 = TDot.Add(s7, m7);
                weights += Channels * sizeof(int);
                at += sizeof(int);
            }
            while (at < end);
            if (run + 1 == runEnd)
                break;
            if (run->Flush != KernelFlush.None)
            {
                t0 = TDot.AddWide(t0, TDot.Widen(s0));
                t1 = TDot.AddWide(t1, TDot.Widen(s1));
                t2 = TDot.AddWide(t2, TDot.Widen(s2));
                t3 = TDot.AddWide(t3, TDot.Widen(s3));
                t4 = TDot.AddWide(t4, TDot.Widen(s4));
                t5 = TDot.AddWide(t5, TDot.Widen(s5));
                t6 = TDot.AddWide(t6, TDot.Widen(s6));
                t7 = TDot.AddWide(t7, TDot.Widen(s7));
                s0 = TDot.Zero;
                s1 = TDot.Zero;
                s2 = TDot.Zero;
                s3 = TDot.Zero;
                s4 = TDot.Zero;
                s5 = TDot.Zero;
                s6 = TDot.Zero;
                s7 = TDot.Zero;
            }
            run++;
        }
        TFinish.Finish(
            TDot.AddWide(t0, TDot.Widen(s0)),
            TDot.AddWide(t1, TDot.Widen(s1)),
            TDot.AddWide(t2, TDot.Widen(s2)),
            TDot.AddWide(t3, TDot.Widen(s3)),
            TDot.AddWide(t4, TDot.Widen(s4)),
            TDot.AddWide(t5, TDot.Widen(s5)),
            TDot.AddWide(t6, TDot.Widen(s6)),
            TDot.AddWide(t7, TDot.Widen(s7)),
            sums,
            ref epilogue,
            pixel,
            channel);
    }

    // One row of a linear layer: 4 vectors of sums over every fourth step. Together they are in the bounds of one.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OneByOne<TDot, TVector>(
        byte* pixel,
        KernelRun* run,
        KernelRun* runEnd,
        byte* weights,
        int* sums)
        where TDot : struct, IDot<TVector>
        where TVector : struct
    {
        const int Line = Channels * sizeof(int);
        TVector s0 = TDot.Zero;
        TVector s1 = TDot.Zero;
        TVector s2 = TDot.Zero;
        TVector s3 = TDot.Zero;
        do
        {
            byte* end = pixel + run->End;
            byte* at = pixel + run->Start;
            for (; end - at >= 4 * sizeof(int); at += 4 * sizeof(int))
            {
                s0 = TDot.MultiplyAdd(s0, TDot.Broadcast(at), TDot.Load(weights));
                s1 = TDot.MultiplyAdd(s1, TDot.Broadcast(at + 4), TDot.Load(weights + Line));
                s2 = TDot.MultiplyAdd(s2, TDot.Broadcast(at + 8), TDot.Load(weights + (2 * Line)));
                s3 = TDot.MultiplyAdd(s3, TDot.Broadcast(at + 12), TDot.Load(weights + (3 * Line)));
                weights += 4 * Line;
            }
            for (; at < end; at += sizeof(int))
            {
                s0 = TDot.MultiplyAdd(s0, TDot.Broadcast(at), TDot.Load(weights));
                weights += Line;
            }
            if (run->Flush != KernelFlush.None)
            {
                TVector sum = TDot.Add(TDot.Add(s0, s1), TDot.Add(s2, s3));
                Flush<TDot, TVector>(sum, sums, run->Flush == KernelFlush.Add);
                s0 = TDot.Zero;
                s1 = TDot.Zero;
                s2 = TDot.Zero;
                s3 = TDot.Zero;
            }
            run++;
        }
        while (run < runEnd);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TwoByFour<TDot, TVector>(
        byte** pixels,
        KernelRun* run,
        KernelRun* runEnd,
        byte* weights,
        int* sums)
        where TDot : struct, IDot<TVector>
        where TVector : struct
    {
        byte* p0 = pixels[0];
        byte* p1 = pixels[1];
        byte* p2 = pixels[2];
        byte* p3 = pixels[3];
        TVector a0 = TDot.Zero;
        TVector a1 = TDot.Zero;
        TVector a2 = TDot.Zero;
        TVector a3 = TDot.Zero;
        TVector b0 = TDot.Zero;
        TVector b1 = TDot.Zero;
        TVector b2 = TDot.Zero;
        TVector b3 = TDot.Zero;
        do
        {
            nint end = run->End;
            nint at = run->Start;
            do
            {
                TVector a = TDot.Load(weights);
                TVector b = TDot.Load(weights + (TDot.Count * sizeof(int)));
                TVector x0 = TDot.Broadcast(p0 + at);
                TVector x1 = TDot.Broadcast(p1 + at);
                Step<TDot, TVector>(ref a0, ref b0, ref a1, ref b1, x0, x1, a, b);
                TVector x2 = TDot.Broadcast(p2 + at);
                TVector x3 = TDot.Broadcast(p3 + at);
                Step<TDot, TVector>(ref a2, ref b2, ref a3, ref b3, x2, x3, a, b);
                weights += Channels * sizeof(int);
                at += sizeof(int);
            }
            while (at < end);
            if (run->Flush != KernelFlush.None)
            {
                bool add = run->Flush == KernelFlush.Add;
                Flush<TDot, TVector>(a0, sums, add);
                Flush<TDot, TVector>(b0, sums + TDot.Count, add);
                Flush<TDot, TVector>(a1, sums + Channels, add);
                Flush<TDot, TVector>(b1, sums + Channels + TDot.Count, add);
                Flush<TDot, TVector>(a2, sums + (2 * Channels), add);
                Flush<TDot, TVector>(b2, sums + (2 * Channels) + TDot.Count, add);
                Flush<TDot, TVector>(a3, sums + (3 * Channels), add);
                Flush<TDot, TVector>(b3, sums + (3 * Channels) + TDot.Count, add);
                a0 = TDot.Zero;
                a1 = TDot.Zero;
                a2 = TDot.Zero;
                a3 = TDot.Zero;
                b0 = TDot.Zero;
                b1 = TDot.Zero;
                b2 = TDot.Zero;
                b3 = TDot.Zero;
            }
            run++;
        }
        while (run < runEnd);
    }

    // 4 products before 4 sums: more do not fit into 16 registers.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step<TDot, TVector>(
        ref TVector a0,
        ref TVector b0,
        ref TVector a1,
        ref TVector b1,
        TVector x0,
        TVector x1,
        TVector a,
        TVector b)
        where TDot : struct, IDot<TVector>
        where TVector : struct
    {
        if (TDot.IsFused)
        {
            a0 = TDot.MultiplyAdd(a0, x0, a);
            b0 = TDot.MultiplyAdd(b0, x0, b);
            a1 = TDot.MultiplyAdd(a1, x1, a);
            b1 = TDot.MultiplyAdd(b1, x1, b);
            return;
        }
        TVector ma0 = TDot.Multiply(x0, a);
        TVector mb0 = TDot.Multiply(x0, b);
        TVector ma1 = TDot.Multiply(x1, a);
        TVector mb1 = TDot.Multiply(x1, b);
        a0 = TDot.Add(a0, ma0);
        b0 = TDot.Add(b0, mb0);
        a1 = TDot.Add(a1, ma1);
        b1 = TDot.Add(b1, mb1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Flush<TDot, TVector>(TVector value, int* sums, bool add)
        where TDot : struct, IDot<TVector>
        where TVector : struct
    {
        TDot.Store(Sum<TDot, TVector>(value, sums, add), sums);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Sum<TDot, TVector>(TVector value, int* sums, bool add)
        where TDot : struct, IDot<TVector>
        where TVector : struct
    {
        TVector wide = TDot.Widen(value);
        return add ? TDot.AddWide(TDot.Load(sums), wide) : wide;
    }
}
