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
        byte[] pixels = Noise(3 * Width * channels);
        byte[] read = new byte[2 * CifarImages.Size];

        var encoder = new PngEncoder { Width = Width, Height = 3, Channels = channels };
        Sprite.Read(Written(encoder.Encode(pixels)), rows: 2, read);

        Assert.Equal(pixels.Chunk(channels).Take(2 * Width).SelectMany(static pixel => pixel.Take(3)), read);
    }

    [Fact]
    public void What_is_no_sprite_is_named()
    {
        byte[] pixels = Noise(2 * 6 * Width);

        var deep = new PngEncoder { Width = Width, Height = 2, Depth = 16 };
        var grey = new PngEncoder { Width = Width, Height = 2, Channels = 1 };

        Says("no image", "<html>404</html>"u8.ToArray());
        Says("no image", []);
        Says("5 × 5 pixels, expected 1024 × 2", new PngEncoder().Encode(pixels[..75]));
        Says("1024 × 1 pixels", Encoded(height: 1));
        Says("16-bit", deep.Encode(pixels));
        Says("Grey", grey.Encode(pixels[..(2 * Width)]));

        void Says(string expected, byte[] file) => Assert.Contains(expected, Error(file), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_cut_off_anywhere_is_an_error()
    {
        byte[] file = Encoded(height: 2);
        for (int length = 0; length < file.Length - 40; length += 97)
            Assert.Contains(_folder.FullName, Error(file[..length]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_changed_byte_is_an_error_or_leaves_an_image()
    {
        byte[] file = Encoded(height: 2);
        for (int i = 0; i < file.Length; i += 31)
        {
            byte[] damaged = file.ToArray();
            damaged[i] ^= 0x55;
            if (Record.Exception(() => Read(damaged)) is { } error)
                Assert.IsType<InvalidDataException>(error);
        }
    }

    private string Error(byte[] file) => Assert.Throws<InvalidDataException>(() => Read(file)).Message;

    private void Read(byte[] file) => Sprite.Read(Written(file), rows: 2, new byte[2 * CifarImages.Size]);

    private string Written(byte[] file)
    {
        string path = Path.Combine(_folder.FullName, "sprite.png");
        File.WriteAllBytes(path, file);
        return path;
    }

    private static byte[] Encoded(int height) =>
        new PngEncoder { Width = Width, Height = height }.Encode(Noise(height * CifarImages.Size));

    private static byte[] Noise(int count)
    {
        byte[] bytes = new byte[count];
        new Random(7).NextBytes(bytes);
        return bytes;
    }
}
