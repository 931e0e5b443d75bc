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
}
