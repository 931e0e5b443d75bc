using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace QDrop.Quantizers;

/// <summary>Reads masks that hold one bit for each element, the first in the lowest bit of the first word.</summary>
internal static class KeepMask
{
    /// <summary>The bit of one element.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Bit(ReadOnlySpan<uint> mask, int i) => (mask[i >> 5] >> (i & 31) & 1) != 0;

    /// <summary>All bits of a lane set where the element's bit is; <paramref name="i"/> is a multiple of 8.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Lanes(ReadOnlySpan<uint> mask, int i)
    {
        var bits = Vector256.Create((int)(mask[i >> 5] >> (i & 31)));
        var lanes = Vector256.Create(1, 2, 4, 8, 16, 32, 64, 128);
        return Vector256.Equals(bits & lanes, lanes).AsSingle();
    }

    /// <summary>The bits of a part of the elements.</summary>
    /// <param name="mask">The mask of all elements; empty if there is none.</param>
    /// <param name="first">The part's first element.</param>
    /// <param name="count">Elements of the part.</param>
    /// <param name="buffer">Room for as many bits.</param>
    /// <returns>A mask whose lowest bit is the first element's.</returns>
    public static ReadOnlySpan<uint> Part(ReadOnlySpan<uint> mask, int first, int count, Span<uint> buffer)
    {
        if (mask.IsEmpty)
            return mask;
        (int word, int shift) = (first >> 5, first & 31);
        if (shift == 0)
            return mask[word..];
        int words = (count + 31) >> 5;
        for (int k = 0; k < words; k++)
        {
            uint next = word + k + 1 < mask.Length ? mask[word + k + 1] : 0;
            buffer[k] = mask[word + k] >> shift | next << (32 - shift);
        }
        return buffer[..words];
    }
}
