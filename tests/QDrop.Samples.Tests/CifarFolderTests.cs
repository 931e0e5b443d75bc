using Cifar10.Data;
using Xunit;

namespace QDrop.Samples.Tests;

public sealed class CifarFolderTests : IDisposable
{
    private const int Rows = 10_000;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cifar");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_missing_folder_or_file_says_how_to_get_the_data()
    {
        string nowhere = Path.Combine(_folder.FullName, "nowhere");
        FileNotFoundException folder = Assert.Throws<FileNotFoundException>(() => CifarFolder.Find(nowhere));
        FileNotFoundException file = Assert.Throws<FileNotFoundException>(() =>
            CifarFolder.Find(_folder.FullName).Test());

        Assert.Contains("./build.sh setup", folder.Message);
        Assert.Contains("./build.sh setup", file.Message);
    }

    [Fact]
    public void Image_and_label_of_a_row_belong_together_also_in_the_second_sprite()
    {
        Sprite("data_batch_1.png", channels: 3, first: 0);
        Sprite("data_batch_2.png", channels: 4, first: Rows);
        Labels("train_lables.json", 2 * Rows);

        CifarImages images = CifarFolder.Find(_folder.FullName).Train(Rows + 3);

        Assert.Equal(Rows + 3, images.Count);
        foreach (int row in (int[])[0, 255, Rows - 1, Rows, Rows + 2])
        {
            Assert.Equal(row % 10, images.Labels[row]);
            byte[] pixels = images.Pixels.AsSpan(row * CifarImages.Size, CifarImages.Size).ToArray();
            Assert.All(pixels, value => Assert.Equal((byte)(row % 251), value));
        }
    }

    [Fact]
    public void Sprites_and_labels_of_the_wrong_kind_are_errors_that_say_what_was_found()
    {
        File.WriteAllBytes(Path.Combine(_folder.FullName, "test_batch.png"), new PngEncoder().Encode(new byte[75]));
        Assert.Contains("5 × 5", Error());

        Sprite("test_batch.png", channels: 3, first: 0);
        Labels("test_lables.json", Rows - 1);
        Assert.Contains("9999 labels", Error());

        File.WriteAllText(Path.Combine(_folder.FullName, "test_lables.json"), "{ }");
        Assert.Contains("no JSON array", Error());

        string Error() => Assert.Throws<InvalidDataException>(CifarFolder.Find(_folder.FullName).Test).Message;
    }

    private void Sprite(string name, int channels, int first)
    {
        const int Pixels = CifarImages.Side * CifarImages.Side;
        byte[] pixels = new byte[Rows * Pixels * channels];
        for (int row = 0; row < Rows; row++)
            pixels.AsSpan(row * Pixels * channels, Pixels * channels).Fill((byte)((first + row) % 251));
        var encoder = new PngEncoder { Width = Pixels, Height = Rows, Channels = channels };
        File.WriteAllBytes(Path.Combine(_folder.FullName, name), encoder.Encode(pixels));
    }

    private void Labels(string name, int count)
    {
        IEnumerable<int> labels = Enumerable.Range(0, count).Select(static i => i % 10);
        File.WriteAllText(Path.Combine(_folder.FullName, name), $"[{string.Join(',', labels)}]");
    }
}
