using Cifar10.Data;
using Xunit;

namespace QDrop.Samples.Tests;

public sealed class SpriteTests : IDisposable
{
    private const int Width = CifarImages.Side * CifarImages.Side;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sprite");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public void Rows_are_images_whose_alpha_is_left_out(int channels)
    {
        var pixels = Noise(3 * Width * channels);
        var read = new byte[2 * CifarImages.Size];

        Sprite.Read(Written(new PngEncoder { Width = Width, Height = 3, Channels = channels }.Encode(pixels)), rows: 2, read);

        Assert.Equal(pixels.Chunk(channels).Take(2 * Width).SelectMany(static pixel => pixel.Take(3)), read);
    }

    [Fact]
    public void What_is_no_sprite_is_named()
    {
        var pixels = Noise(2 * 6 * Width);

        Assert.Contains("no image", Error("<html>404</html>"u8.ToArray()), StringComparison.Ordinal);
        Assert.Contains("no image", Error([]), StringComparison.Ordinal);
        Assert.Contains("5 × 5 pixels, expected 1024 × 2", Error(new PngEncoder().Encode(pixels[..75])), StringComparison.Ordinal);
        Assert.Contains("1024 × 1 pixels", Error(Encoded(height: 1)), StringComparison.Ordinal);
        Assert.Contains("16-bit", Error(new PngEncoder { Width = Width, Height = 2, Depth = 16 }.Encode(pixels)), StringComparison.Ordinal);
        Assert.Contains("Grey", Error(new PngEncoder { Width = Width, Height = 2, Channels = 1 }.Encode(pixels[..(2 * Width)])), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_cut_off_anywhere_is_an_error()
    {
        var file = Encoded(height: 2);
        for (var length = 0; length < file.Length - 40; length += 97)
            Assert.Contains(_folder.FullName, Error(file[..length]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_changed_byte_is_an_error_or_leaves_an_image()
    {
        var file = Encoded(height: 2);
        for (var i = 0; i < file.Length; i += 31)
        {
            var damaged = file.ToArray();
            damaged[i] ^= 0x55;
            if (Record.Exception(() => Sprite.Read(Written(damaged), rows: 2, new byte[2 * CifarImages.Size])) is { } error)
                Assert.IsType<InvalidDataException>(error);
        }
    }

    private string Error(byte[] file) =>
        Assert.Throws<InvalidDataException>(() => Sprite.Read(Written(file), rows: 2, new byte[2 * CifarImages.Size])).Message;

    private string Written(byte[] file)
    {
        var path = Path.Combine(_folder.FullName, "sprite.png");
        File.WriteAllBytes(path, file);
        return path;
    }

    private static byte[] Encoded(int height) => new PngEncoder { Width = Width, Height = height }.Encode(Noise(height * CifarImages.Size));

    private static byte[] Noise(int count)
    {
        var bytes = new byte[count];
        new Random(7).NextBytes(bytes);
        return bytes;
    }
}
