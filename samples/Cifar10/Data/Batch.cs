using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Cifar10.Data;

/// <summary>Images as a model wants them.</summary>
/// <param name="Inputs">Normalised pixels <c>[N, 3, 32, 32]</c>, in channels-last layout.</param>
/// <param name="Labels">Classes <c>[N]</c>.</param>
internal sealed record Batch(Tensor Inputs, Tensor Labels)
{
    private const int Side = CifarImages.Side;
    private const int Padding = 4;

    private static readonly float[] Mean = [0.485f, 0.456f, 0.406f];
    private static readonly float[] Deviation = [0.229f, 0.224f, 0.225f];
    private static readonly float[][] Normalized = [.. Enumerable.Range(0, 3).Select(Table)];
    private static readonly float[] BlackPixel = [.. Normalized.Select(static channel => channel[0])];

    /// <summary>A black pixel, normalised.</summary>
    public static ReadOnlySpan<float> Black => BlackPixel;

    /// <summary>Consecutive images as they are.</summary>
    /// <param name="images">The images.</param>
    /// <param name="first">The first one.</param>
    /// <param name="count">How many.</param>
    public static Batch Of(CifarImages images, int first, int count)
    {
        var (batch, pixels, labels) = Empty(count);
        for (var i = 0; i < count; i++)
        {
            labels[i] = images.Labels[first + i];
            Write(images, first + i, pixels.Slice(i * CifarImages.Size, CifarImages.Size), 0, 0, mirrored: false);
        }

        return batch;
    }

    /// <summary>Chosen images, each shifted by up to four pixels (black comes in at the border) and mirrored with probability one half.</summary>
    /// <param name="images">The images.</param>
    /// <param name="rows">Which of them.</param>
    /// <param name="random">What chooses.</param>
    public static Batch Augmented(CifarImages images, ReadOnlySpan<int> rows, RandomStream random)
    {
        var (batch, pixels, labels) = Empty(rows.Length);
        for (var i = 0; i < rows.Length; i++)
        {
            var down = random.Next(2 * Padding + 1) - Padding;
            var right = random.Next(2 * Padding + 1) - Padding;
            var mirrored = random.Next(2) == 1;
            labels[i] = images.Labels[rows[i]];
            Write(images, rows[i], pixels.Slice(i * CifarImages.Size, CifarImages.Size), down, right, mirrored);
        }

        return batch;
    }

    private static float[] Table(int channel) =>
        [.. Enumerable.Range(0, 256).Select(value => (value / 255f - Mean[channel]) / Deviation[channel])];

    private static Views Empty(int count)
    {
        // The channels of a pixel lie side by side in the sprites and here; permuted, that is libtorch's channels-last layout, in which
        // convolutions are faster.
        var pixels = empty([count, Side, Side, 3], dtype: ScalarType.Float32);
        var labels = empty([count], dtype: ScalarType.Int64);
        return new Views(new Batch(pixels.permute(0, 3, 1, 2), labels), MemoryMarshal.Cast<byte, float>(pixels.bytes), MemoryMarshal.Cast<byte, long>(labels.bytes));
    }

    /// <summary>Writes one image; its pixel at (y, x) comes from (y + down, x + right).</summary>
    private static void Write(CifarImages images, int image, Span<float> target, int down, int right, bool mirrored)
    {
        var source = images.Pixels.AsSpan(image * CifarImages.Size, CifarImages.Size);
        var (red, green, blue) = (Normalized[0], Normalized[1], Normalized[2]);
        var at = 0;
        for (var y = 0; y < Side; y++)
        {
            var fromRow = y + down;
            for (var x = 0; x < Side; x++, at += 3)
            {
                var fromColumn = (mirrored ? Side - 1 - x : x) + right;
                var inside = (uint)fromRow < Side && (uint)fromColumn < Side;
                var from = inside ? (fromRow * Side + fromColumn) * 3 : 0;
                target[at] = red[inside ? source[from] : 0];
                target[at + 1] = green[inside ? source[from + 1] : 0];
                target[at + 2] = blue[inside ? source[from + 2] : 0];
            }
        }
    }

    private readonly ref struct Views(Batch batch, Span<float> pixels, Span<long> labels)
    {
        private readonly Span<float> _pixels = pixels;
        private readonly Span<long> _labels = labels;

        public void Deconstruct(out Batch filled, out Span<float> pixels, out Span<long> labels)
        {
            filled = batch;
            pixels = _pixels;
            labels = _labels;
        }
    }
}
