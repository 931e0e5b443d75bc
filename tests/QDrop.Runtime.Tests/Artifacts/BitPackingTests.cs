using QDrop.Artifacts;
using Xunit;

namespace QDrop.Tests.Artifacts;

public sealed class BitPackingTests
{
    // In closed form: the little-endian bytes of Σ level[i]·2^(b·i).
    [Theory]
    [InlineData(2, new byte[] { 0, 1, 2, 3 }, new byte[] { 0xe4 })]
    [InlineData(2, new byte[] { 3, 0, 0, 1, 2 }, new byte[] { 0x43, 0x02 })]
    [InlineData(3, new byte[] { 0, 1, 2, 3, 4, 5, 6, 7 }, new byte[] { 0x88, 0xc6, 0xfa })]
    [InlineData(4, new byte[] { 1, 2, 15 }, new byte[] { 0x21, 0x0f })]
    [InlineData(5, new byte[] { 1, 2, 3 }, new byte[] { 0x41, 0x0c })]
    [InlineData(6, new byte[] { 1, 2, 3, 4 }, new byte[] { 0x81, 0x30, 0x10 })]
    [InlineData(7, new byte[] { 1, 2 }, new byte[] { 0x01, 0x01 })]
    [InlineData(8, new byte[] { 0, 255, 7 }, new byte[] { 0, 255, 7 })]
    public void Levels_follow_each_other_from_the_lowest_bit(int bits, byte[] levels, byte[] expected)
    {
        byte[] packed = new byte[expected.Length];
        BitPacking.Pack(levels, bits, packed);
        Assert.Equal(expected, packed);

        byte[] unpacked = new byte[levels.Length];
        BitPacking.Unpack(packed, bits, unpacked);
        Assert.Equal(levels, unpacked);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void Every_length_agrees_with_packing_bit_by_bit(int bits)
    {
        var random = new Random(bits);
        for (int count = 0; count <= 200; count++)
        {
            byte[] levels = new byte[count];
            for (int i = 0; i < count; i++)
                levels[i] = (byte)random.Next(1 << bits);
            byte[] packed = new byte[BitPacking.PackedLength(count, bits)];
            packed.AsSpan().Fill(0xff);
            BitPacking.Pack(levels, bits, packed);
            Assert.Equal(BitByBit(levels, bits), packed);
            Assert.True(BitPacking.PaddingIsClear(packed, count, bits));

            byte[] unpacked = new byte[count];
            BitPacking.Unpack(packed, bits, unpacked);
            Assert.Equal(levels, unpacked);
        }
    }

    [Theory]
    [InlineData(2, 4)]
    [InlineData(3, 8)]
    [InlineData(7, 128)]
    public void A_level_that_needs_more_bits_is_refused(int bits, byte level)
    {
        byte[] levels = [.. Enumerable.Repeat((byte)0, 20), level];
        Assert.Throws<ArgumentException>(() =>
            BitPacking.Pack(levels, bits, new byte[BitPacking.PackedLength(21, bits)]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(9)]
    public void Bit_widths_outside_2_to_8_are_refused(int bits) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => BitPacking.Unpack(new byte[8], bits, new byte[8]));

    [Fact]
    public void Wrong_lengths_are_refused()
    {
        Assert.Throws<ArgumentException>(() => BitPacking.Pack(new byte[8], 3, new byte[4]));
        Assert.Throws<ArgumentException>(() => BitPacking.Unpack(new byte[2], 3, new byte[8]));
    }

    [Fact]
    public void Bits_after_the_last_level_count_as_padding()
    {
        Assert.False(BitPacking.PaddingIsClear([0x10], 2, 2));
        Assert.True(BitPacking.PaddingIsClear([0x0f], 2, 2));
        Assert.True(BitPacking.PaddingIsClear([0xff], 4, 2));
    }

    private static byte[] BitByBit(byte[] levels, int bits)
    {
        byte[] packed = new byte[((levels.Length * bits) + 7) / 8];
        for (int i = 0; i < levels.Length * bits; i++)
        {
            if ((levels[i / bits] >> (i % bits) & 1) != 0)
                packed[i / 8] |= (byte)(1 << (i % 8));
        }

        return packed;
    }
}
