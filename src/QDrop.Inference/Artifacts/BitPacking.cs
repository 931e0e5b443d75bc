using System.Buffers.Binary;

namespace QDrop.Artifacts;

/// <summary>
/// Packs levels of 2 to 8 bits: element i takes bits [i·b, (i + 1)·b) of a stream whose bit k is bit k mod 8 (counted
/// from the least significant) of byte k / 8. Unused bits of the last byte are 0.
/// </summary>
internal static class BitPacking
{
    /// <summary>Bytes that <paramref name="count"/> levels take.</summary>
    internal static long PackedLength(long count, int bits) => checked((count * bits) + 7) / 8;

    /// <summary>Packs levels, one to a byte.</summary>
    /// <param name="levels">The levels, each below 2^<paramref name="bits"/>.</param>
    /// <param name="bits">Bits of a level, 2 to 8.</param>
    /// <param name="packed">Where they go: <see cref="PackedLength"/> bytes.</param>
    /// <exception cref="ArgumentException">
    /// A level does not fit into its bits, or <paramref name="packed"/> has another length.
    /// </exception>
    internal static void Pack(ReadOnlySpan<byte> levels, int bits, Span<byte> packed)
    {
        CheckLengths(levels.Length, bits, packed.Length);
        if (bits < 8 && levels.ContainsAnyExceptInRange((byte)0, (byte)((1 << bits) - 1)))
            throw new ArgumentException($"A level does not fit into {bits} bits.", nameof(levels));
        if (bits == 8)
        {
            levels.CopyTo(packed);
            return;
        }

        // Eight levels fill whole bytes, whatever the bit width. A store of eight bytes clears what lies behind, which
        // the next one fills.
        int from = 0, to = 0;
        for (; to + 8 <= packed.Length && from + 8 <= levels.Length; from += 8, to += bits)
            BinaryPrimitives.WriteUInt64LittleEndian(
                packed[to..], Gather(BinaryPrimitives.ReadUInt64LittleEndian(levels[from..]), bits));

        Span<byte> eight = stackalloc byte[8];
        for (; from < levels.Length; from += 8, to += bits)
        {
            eight.Clear();
            levels[from..Math.Min(from + 8, levels.Length)].CopyTo(eight);
            BinaryPrimitives.WriteUInt64LittleEndian(
                eight, Gather(BinaryPrimitives.ReadUInt64LittleEndian(eight), bits));
            eight[..Math.Min(bits, packed.Length - to)].CopyTo(packed[to..]);
        }
    }

    /// <summary>Unpacks levels, one to a byte.</summary>
    /// <param name="packed">What <see cref="Pack"/> wrote.</param>
    /// <param name="bits">Bits of a level, 2 to 8.</param>
    /// <param name="levels">Where the levels go.</param>
    /// <exception cref="ArgumentException">
    /// <paramref name="packed"/> has not <see cref="PackedLength"/> bytes.
    /// </exception>
    internal static void Unpack(ReadOnlySpan<byte> packed, int bits, Span<byte> levels)
    {
        CheckLengths(levels.Length, bits, packed.Length);
        if (bits == 8)
        {
            packed.CopyTo(levels);
            return;
        }

        int from = 0, to = 0;
        for (; from + 8 <= packed.Length && to + 8 <= levels.Length; from += bits, to += 8)
            BinaryPrimitives.WriteUInt64LittleEndian(
                levels[to..], Spread(BinaryPrimitives.ReadUInt64LittleEndian(packed[from..]), bits));

        Span<byte> eight = stackalloc byte[8];
        for (; to < levels.Length; from += bits, to += 8)
        {
            eight.Clear();
            packed[from..Math.Min(from + bits, packed.Length)].CopyTo(eight);
            BinaryPrimitives.WriteUInt64LittleEndian(
                eight, Spread(BinaryPrimitives.ReadUInt64LittleEndian(eight), bits));
            eight[..Math.Min(8, levels.Length - to)].CopyTo(levels[to..]);
        }
    }

    /// <summary>Whether the bits after the last level are 0.</summary>
    internal static bool PaddingIsClear(ReadOnlySpan<byte> packed, long count, int bits)
    {
        int used = (int)(count * bits % 8);
        return used == 0 || packed.IsEmpty || packed[^1] >> used == 0;
    }

    /// <summary>Moves the low bits of eight bytes together: pairs, then pairs of pairs, then the two halves.</summary>
    private static ulong Gather(ulong x, int bits)
    {
        ulong mask = (1UL << bits) - 1;
        x = (x & (mask * 0x0001_0001_0001_0001)) | ((x & ((mask << 8) * 0x0001_0001_0001_0001)) >> (8 - bits));
        mask = (1UL << (2 * bits)) - 1;
        x = (x & (mask * 0x0000_0001_0000_0001)) | ((x & ((mask << 16) * 0x0000_0001_0000_0001)) >> (16 - (2 * bits)));
        mask = (1UL << (4 * bits)) - 1;
        return (x & mask) | ((x & (mask << 32)) >> (32 - (4 * bits)));
    }

    /// <summary>The inverse of <see cref="Gather"/>; ignores bits from 8·<paramref name="bits"/> on.</summary>
    private static ulong Spread(ulong x, int bits)
    {
        ulong mask = (1UL << (4 * bits)) - 1;
        x = (x & mask) | ((x << (32 - (4 * bits))) & (mask << 32));
        mask = (1UL << (2 * bits)) - 1;
        x = (x & (mask * 0x0000_0001_0000_0001)) | ((x << (16 - (2 * bits))) & ((mask << 16) * 0x0000_0001_0000_0001));
        mask = (1UL << bits) - 1;
        return (x & (mask * 0x0001_0001_0001_0001)) | ((x << (8 - bits)) & ((mask << 8) * 0x0001_0001_0001_0001));
    }

    private static void CheckLengths(int count, int bits, int packed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bits, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bits, 8);
        if (packed != PackedLength(count, bits))
            throw new ArgumentException(
                $"{count} levels of {bits} bits take {PackedLength(count, bits)} bytes, found {packed}.",
                nameof(packed));
    }
}
