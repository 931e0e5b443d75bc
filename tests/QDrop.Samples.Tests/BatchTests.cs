using Cifar10.Data;
using TorchSharp;
using Xunit;

namespace QDrop.Samples.Tests;

public sealed class BatchTests
{
    private const int Side = CifarImages.Side;

    [Fact]
    public void Pixels_are_normalised_channel_by_channel()
    {
        CifarImages images = Ramp(3);

        (torch.Tensor? inputs, torch.Tensor? labels) = Batch.Of(images, first: 1, count: 2);

        Assert.Equal([2, 3, Side, Side], inputs.shape);
        Assert.Equal(images.Labels[1..3], labels.data<long>().ToArray());
        double[] mean = [0.485, 0.456, 0.406], deviation = [0.229, 0.224, 0.225];
        for (int channel = 0; channel < 3; channel++)
        {
            byte value = images.Pixels[2 * CifarImages.Size + (7 * Side + 11) * 3 + channel];
            double expected = (value / 255.0 - mean[channel]) / deviation[channel];
            Assert.Equal(expected, inputs[1, channel, 7, 11].item<float>(), 1e-5);
        }
    }

    [Fact]
    public void Augmented_images_are_the_originals_shifted_by_at_most_four_and_mirrored_or_not()
    {
        CifarImages images = Ramp(4);
        int[] rows = [3, 0, 2, 2, 1, 3, 0, 1, 3, 2, 1, 0, 3, 3, 1, 2];

        (torch.Tensor? plain, torch.Tensor? labels) = Batch.Of(images, rows);
        torch.Tensor inputs = Augmentation.ShiftAndMirror(plain, new RandomStream(5, 0));

        Assert.Equal(rows.Select(row => images.Labels[row]), labels.data<long>().ToArray());
        var seen = new HashSet<(int, int, bool)>();
        for (int i = 0; i < rows.Length; i++)
        {
            float[] pixels = inputs[i].contiguous().data<float>().ToArray();
            seen.Add(Assert.Single(Candidates(), candidate => Matches(pixels, images, rows[i], candidate)));
        }

        Assert.True(seen.Count > 8);
        Assert.Equal(2, seen.Select(static s => s.Item3).Distinct().Count());
    }

    [Fact]
    public void Seed_and_stream_decide_a_permutation()
    {
        int[] order = new RandomStream(1, 0).Permutation(1_000);

        Assert.Equal(Enumerable.Range(0, 1_000), order.Order());
        Assert.Equal(order, new RandomStream(1, 0).Permutation(1_000));
        Assert.NotEqual(order, new RandomStream(1, 1).Permutation(1_000));
        Assert.NotEqual(order, new RandomStream(2, 0).Permutation(1_000));
    }

    private static IEnumerable<(int Down, int Right, bool Mirrored)> Candidates() =>
        from down in Enumerable.Range(-4, 9)
        from right in Enumerable.Range(-4, 9)
        from mirrored in (bool[])[false, true]
        select (down, right, mirrored);

    private static bool Matches(
        float[] found, CifarImages images, int row, (int Down, int Right, bool Mirrored) augmentation)
    {
        double[] mean = [0.485, 0.456, 0.406], deviation = [0.229, 0.224, 0.225];
        for (int channel = 0; channel < 3; channel++)
        {
            for (int y = 0; y < Side; y++)
            {
                for (int x = 0; x < Side; x++)
                {
                    int fromY = y + augmentation.Down;
                    int fromX = (augmentation.Mirrored ? Side - 1 - x : x) + augmentation.Right;
                    bool inside = fromY is >= 0 and < Side && fromX is >= 0 and < Side;
                    int from = row * CifarImages.Size + (fromY * Side + fromX) * 3 + channel;
                    double expected = ((inside ? images.Pixels[from] : 0) / 255.0 - mean[channel]) / deviation[channel];
                    if (Math.Abs(expected - found[(channel * Side + y) * Side + x]) > 1e-4)
                        return false;
                }
            }
        }

        return true;
    }

    private static CifarImages Ramp(int count)
    {
        byte[] pixels = new byte[count * CifarImages.Size];
        new Random(3).NextBytes(pixels);
        return new CifarImages(pixels, [.. Enumerable.Range(0, count).Select(static i => (i * 7L + 1) % 10)]);
    }
}
