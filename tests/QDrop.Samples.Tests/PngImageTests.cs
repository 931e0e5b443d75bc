using Cifar10.Data;
using Xunit;

namespace QDrop.Samples.Tests;

public sealed class PngImageTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Every_row_filter_is_undone(byte filter)
    {
        var pixels = Noise(5 * 5 * 3);

        var image = PngImage.Decode(new PngEncoder { Filter = _ => filter }.Encode(pixels));

        Assert.Equal(pixels, image.Pixels);
    }

    [Fact]
    public void Filters_may_change_from_row_to_row_and_data_may_be_split_into_chunks()
    {
        var pixels = Noise(7 * 20 * 4);

        var image = PngImage.Decode(new PngEncoder { Width = 7, Height = 20, Channels = 4, Filter = static y => (byte)(y % 5), ChunkSize = 13 }.Encode(pixels));

        Assert.Equal((7, 20, 4), (image.Width, image.Height, image.Channels));
        Assert.Equal(pixels, image.Pixels);
    }

    [Fact]
    public void Only_the_rows_asked_for_are_decoded()
    {
        var pixels = Noise(5 * 5 * 3);

        var image = PngImage.Decode(new PngEncoder { Filter = static _ => 4 }.Encode(pixels), rows: 2);

        Assert.Equal(2, image.Height);
        Assert.Equal(pixels[..(2 * 5 * 3)], image.Pixels);
    }

    [Fact]
    public void A_changed_byte_anywhere_after_the_signature_is_noticed()
    {
        var file = new PngEncoder().Encode(Noise(5 * 5 * 3));
        for (var i = 8; i < file.Length; i++)
        {
            var damaged = file.ToArray();
            damaged[i] ^= 0x40;
            Assert.Throws<InvalidDataException>(() => PngImage.Decode(damaged));
        }
    }

    [Fact]
    public void A_file_cut_off_anywhere_is_noticed()
    {
        var file = new PngEncoder().Encode(Noise(5 * 5 * 3));
        for (var length = 0; length < file.Length; length++)
            Assert.Throws<InvalidDataException>(() => PngImage.Decode(file.AsSpan(0, length)));
    }

    [Fact]
    public void What_is_not_supported_is_named()
    {
        var pixels = Noise(5 * 5 * 3);

        Assert.Contains("bit depth 16", Error(new PngEncoder { Depth = 16 }.Encode(pixels)));
        Assert.Contains("interlaced", Error(new PngEncoder { Interlace = 1 }.Encode(pixels)));
        Assert.Contains("filter type 7", Error(new PngEncoder { Filter = static _ => 7 }.Encode(pixels)));
        Assert.Contains("signature", Error("GIF89a"u8.ToArray()));
    }

    private static string Error(byte[] file) => Assert.Throws<InvalidDataException>(() => PngImage.Decode(file)).Message;

    private static byte[] Noise(int count)
    {
        var bytes = new byte[count];
        new Random(7).NextBytes(bytes);
        return bytes;
    }
}
