using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace QDrop.Kernels;

/// <summary>
/// Tiles of a depthwise convolution of codes whose sums fit into int16, with AVX2: 16 channels are one vector.
/// </summary>
internal readonly unsafe struct NarrowDepthwiseTile : ITileKernel
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Compute(byte** pixels, KernelRun* runs, KernelRun* runEnd, byte* weights, int* sums)
    {
        byte* p0 = pixels[0];
        byte* p1 = pixels[1];
        byte* p2 = pixels[2];
        byte* p3 = pixels[3];
        byte* p4 = pixels[4];
        byte* p5 = pixels[5];
        byte* p6 = pixels[6];
        byte* p7 = pixels[7];
        Vector256<short> s0 = Vector256<short>.Zero;
        Vector256<short> s1 = Vector256<short>.Zero;
        Vector256<short> s2 = Vector256<short>.Zero;
        Vector256<short> s3 = Vector256<short>.Zero;
        Vector256<short> s4 = Vector256<short>.Zero;
        Vector256<short> s5 = Vector256<short>.Zero;
        Vector256<short> s6 = Vector256<short>.Zero;
        Vector256<short> s7 = Vector256<short>.Zero;
        for (KernelRun* tap = runs; tap < runEnd; tap++)
        {
            nint at = tap->Start;
            var weight = Vector256.Load((short*)weights);
            s0 += Avx2.ConvertToVector256Int16(p0 + at) * weight;
            s1 += Avx2.ConvertToVector256Int16(p1 + at) * weight;
            s2 += Avx2.ConvertToVector256Int16(p2 + at) * weight;
            s3 += Avx2.ConvertToVector256Int16(p3 + at) * weight;
            s4 += Avx2.ConvertToVector256Int16(p4 + at) * weight;
            s5 += Avx2.ConvertToVector256Int16(p5 + at) * weight;
            s6 += Avx2.ConvertToVector256Int16(p6 + at) * weight;
            s7 += Avx2.ConvertToVector256Int16(p7 + at) * weight;
            weights += DotKernel.Channels * sizeof(short);
        }
        Store(s0, sums);
        Store(s1, sums + DotKernel.Channels);
        Store(s2, sums + (2 * DotKernel.Channels));
        Store(s3, sums + (3 * DotKernel.Channels));
        Store(s4, sums + (4 * DotKernel.Channels));
        Store(s5, sums + (5 * DotKernel.Channels));
        Store(s6, sums + (6 * DotKernel.Channels));
        Store(s7, sums + (7 * DotKernel.Channels));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector256<short> value, int* sums)
    {
        Avx2.ConvertToVector256Int32(value.GetLower()).Store(sums);
        Avx2.ConvertToVector256Int32(value.GetUpper()).Store(sums + Vector256<int>.Count);
    }
}
