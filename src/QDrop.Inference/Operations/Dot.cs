using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace QDrop.Operations;

/// <summary>
/// Sums of products in float32, in one order for all processors: sixteen sums, of each sixteenth element, that are
/// added in pairs.
/// </summary>
internal static class Dot
{
    /// <summary>Σ x·y over two rows of one length.</summary>
    public static float Product(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        ref float a = ref MemoryMarshal.GetReference(x), b = ref MemoryMarshal.GetReference(y);
        Vector512<float> sums = Vector512<float>.Zero;
        int i = 0;
        for (; i <= x.Length - Vector512<float>.Count; i += Vector512<float>.Count)
        {
            sums = Vector512.FusedMultiplyAdd(
                Vector512.LoadUnsafe(ref a, (nuint)i), Vector512.LoadUnsafe(ref b, (nuint)i), sums);
        }
        if (i < x.Length)
        {
            Span<float> lastX = stackalloc float[Vector512<float>.Count], lastY = stackalloc float[lastX.Length];
            lastX.Clear();
            lastY.Clear();
            x[i..].CopyTo(lastX);
            y[i..].CopyTo(lastY);
            sums = Vector512.FusedMultiplyAdd(Vector512.Create<float>(lastX), Vector512.Create<float>(lastY), sums);
        }
        return Sum(sums);
    }

    /// <summary>Σ x.</summary>
    public static float Sum(ReadOnlySpan<float> x)
    {
        ref float a = ref MemoryMarshal.GetReference(x);
        Vector512<float> sums = Vector512<float>.Zero;
        int i = 0;
        for (; i <= x.Length - Vector512<float>.Count; i += Vector512<float>.Count)
            sums += Vector512.LoadUnsafe(ref a, (nuint)i);
        if (i < x.Length)
        {
            Span<float> last = stackalloc float[Vector512<float>.Count];
            last.Clear();
            x[i..].CopyTo(last);
            sums += Vector512.Create<float>(last);
        }
        return Sum(sums);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Sum(Vector512<float> sums)
    {
        Vector256<float> eight = sums.GetLower() + sums.GetUpper();
        Vector128<float> four = eight.GetLower() + eight.GetUpper();
        return four[0] + four[2] + (four[1] + four[3]);
    }
}
