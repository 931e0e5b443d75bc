using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace QDrop.Calibration.Learning;

/// <summary>
/// The counter-based generator Threefry-4x32 with 20 rounds (Salmon et al. 2011), eight blocks at once.
/// </summary>
internal static class Threefry
{
    private const uint Parity = 0x1BD11BDA;

    /// <summary>Encrypts eight counters of four words each.</summary>
    /// <param name="key">The key, four words.</param>
    /// <param name="c0">First word of each counter.</param>
    /// <param name="c1">Second word of each counter.</param>
    /// <param name="c2">Third word of each counter.</param>
    /// <param name="c3">Fourth word of each counter.</param>
    /// <param name="words">Receives 32 words: the first word of each block, then the second ones, and so on.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Blocks(
        ReadOnlySpan<uint> key,
        Vector256<uint> c0,
        Vector256<uint> c1,
        Vector256<uint> c2,
        Vector256<uint> c3,
        Span<uint> words)
    {
        Span<uint> keys = [key[0], key[1], key[2], key[3], Parity ^ key[0] ^ key[1] ^ key[2] ^ key[3]];
        (Vector256<uint> x0, Vector256<uint> x1, Vector256<uint> x2, Vector256<uint> x3) = (c0, c1, c2, c3);
        Inject(keys, 0, ref x0, ref x1, ref x2, ref x3);
        for (uint half = 1u; half <= 5; half++)
        {
            if ((half & 1) != 0)
            {
                Mix(ref x0, ref x1, 10, ref x2, ref x3, 26);
                Mix(ref x0, ref x3, 11, ref x2, ref x1, 21);
                Mix(ref x0, ref x1, 13, ref x2, ref x3, 27);
                Mix(ref x0, ref x3, 23, ref x2, ref x1, 5);
            }
            else
            {
                Mix(ref x0, ref x1, 6, ref x2, ref x3, 20);
                Mix(ref x0, ref x3, 17, ref x2, ref x1, 11);
                Mix(ref x0, ref x1, 25, ref x2, ref x3, 10);
                Mix(ref x0, ref x3, 18, ref x2, ref x1, 20);
            }
            Inject(keys, half, ref x0, ref x1, ref x2, ref x3);
        }
        x0.CopyTo(words);
        x1.CopyTo(words[8..]);
        x2.CopyTo(words[16..]);
        x3.CopyTo(words[24..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mix(
        ref Vector256<uint> a,
        ref Vector256<uint> b,
        int turnB,
        ref Vector256<uint> c,
        ref Vector256<uint> d,
        int turnD)
    {
        a += b;
        b = (b << turnB | b >>> (32 - turnB)) ^ a;
        c += d;
        d = (d << turnD | d >>> (32 - turnD)) ^ c;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Inject(
        ReadOnlySpan<uint> keys,
        uint number,
        ref Vector256<uint> x0,
        ref Vector256<uint> x1,
        ref Vector256<uint> x2,
        ref Vector256<uint> x3)
    {
        x0 += Vector256.Create(keys[(int)(number % 5)]);
        x1 += Vector256.Create(keys[(int)((number + 1) % 5)]);
        x2 += Vector256.Create(keys[(int)((number + 2) % 5)]);
        x3 += Vector256.Create(keys[(int)((number + 3) % 5)]) + Vector256.Create(number);
    }
}
