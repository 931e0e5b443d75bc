using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace QDrop.Kernels;

/// <summary>
/// Sums of products in float32, in one order for all processors: 64 sums, of each 64th element, that are added in
/// pairs. What is behind the last whole vector of 16 elements belongs to the first 16 sums.
/// </summary>
internal static class Dot
{
    private const int Step = 4 * 16;

    /// <summary>Σ x·y over two rows of one length.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Product(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        ref float a = ref MemoryMarshal.GetReference(x), b = ref MemoryMarshal.GetReference(y);
        Vector512<float> s0 = Vector512<float>.Zero, s1 = s0, s2 = s0, s3 = s0;
        int i = 0;
        for (; i <= x.Length - Step; i += Step)
        {
            s0 = MultiplyAdd(ref a, ref b, i, s0);
            s1 = MultiplyAdd(ref a, ref b, i + 16, s1);
            s2 = MultiplyAdd(ref a, ref b, i + 32, s2);
            s3 = MultiplyAdd(ref a, ref b, i + 48, s3);
        }
        for (; i <= x.Length - Vector512<float>.Count; i += Vector512<float>.Count)
            s0 = MultiplyAdd(ref a, ref b, i, s0);
        if (i < x.Length)
            s0 = Vector512.FusedMultiplyAdd(Rest(x[i..]), Rest(y[i..]), s0);
        return Sum(s0 + s1 + (s2 + s3));
    }

    /// <summary>Σ x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Sum(ReadOnlySpan<float> x)
    {
        ref float a = ref MemoryMarshal.GetReference(x);
        Vector512<float> s0 = Vector512<float>.Zero, s1 = s0, s2 = s0, s3 = s0;
        int i = 0;
        for (; i <= x.Length - Step; i += Step)
        {
            s0 += Vector512.LoadUnsafe(ref a, (nuint)i);
            s1 += Vector512.LoadUnsafe(ref a, (nuint)i + 16);
            s2 += Vector512.LoadUnsafe(ref a, (nuint)i + 32);
            s3 += Vector512.LoadUnsafe(ref a, (nuint)i + 48);
        }
        for (; i <= x.Length - Vector512<float>.Count; i += Vector512<float>.Count)
            s0 += Vector512.LoadUnsafe(ref a, (nuint)i);
        if (i < x.Length)
            s0 += Rest(x[i..]);
        return Sum(s0 + s1 + (s2 + s3));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> MultiplyAdd(ref float a, ref float b, int i, Vector512<float> sums) =>
        Vector512.FusedMultiplyAdd(
            Vector512.LoadUnsafe(ref a, (nuint)i), Vector512.LoadUnsafe(ref b, (nuint)i), sums);

    private static Vector512<float> Rest(ReadOnlySpan<float> x)
    {
        Span<float> last = stackalloc float[Vector512<float>.Count];
        last.Clear();
        x.CopyTo(last);
        return Vector512.Create<float>(last);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Sum(Vector512<float> sums)
    {
        Vector256<float> eight = sums.GetLower() + sums.GetUpper();
        Vector128<float> four = eight.GetLower() + eight.GetUpper();
        return four[0] + four[2] + (four[1] + four[3]);
    }
}
