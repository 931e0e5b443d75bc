using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Cifar10.Data;

/// <summary>A batch of images as tensors.</summary>
/// <param name="Inputs">Normalized pixels <c>[N, 3, 32, 32]</c>, in channels-last layout.</param>
/// <param name="Labels">Classes <c>[N]</c>.</param>
internal sealed record Batch(Tensor Inputs, Tensor Labels)
{
    private static readonly float[] Mean = [0.485f, 0.456f, 0.406f];
    private static readonly float[] Deviation = [0.229f, 0.224f, 0.225f];
    private static readonly float[][] Normalized = [.. Enumerable.Range(0, 3).Select(Table)];
    private static readonly float[] BlackPixel = [.. Normalized.Select(static channel => channel[0])];

    /// <summary>A black pixel, normalized.</summary>
    public static ReadOnlySpan<float> Black => BlackPixel;

    /// <summary>Makes a batch of consecutive images.</summary>
    /// <param name="images">The images.</param>
    /// <param name="first">Index of the first image.</param>
    /// <param name="count">Number of images.</param>
    public static Batch Of(CifarImages images, int first, int count) =>
        Of(images, [.. Enumerable.Range(first, count)]);

    /// <summary>Makes a batch of chosen images.</summary>
    /// <param name="images">The images.</param>
    /// <param name="rows">Indices of the images.</param>
    public static Batch Of(CifarImages images, ReadOnlySpan<int> rows)
    {
        // The channels of a pixel are adjacent in the sprites and here. The permuted tensor therefore has libtorch's
        // channels-last layout, in which convolutions are faster.
        Tensor inputs = empty([rows.Length, CifarImages.Side, CifarImages.Side, 3], dtype: ScalarType.Float32);
        Tensor labels = empty([rows.Length], dtype: ScalarType.Int64);
        Span<float> pixels = MemoryMarshal.Cast<byte, float>(inputs.bytes);
        Span<long> classes = MemoryMarshal.Cast<byte, long>(labels.bytes);
        for (int i = 0; i < rows.Length; i++)
        {
            Span<byte> image = images.Pixels.AsSpan(rows[i] * CifarImages.Size, CifarImages.Size);
            Normalize(image, pixels[(i * CifarImages.Size)..]);
            classes[i] = images.Labels[rows[i]];
        }

        return new Batch(inputs.permute(0, 3, 1, 2), labels);
    }

    private static void Normalize(ReadOnlySpan<byte> image, Span<float> target)
    {
        (float[]? red, float[]? green, float[]? blue) = (Normalized[0], Normalized[1], Normalized[2]);
        for (int at = 0; at < image.Length; at += 3)
        {
            target[at] = red[image[at]];
            target[at + 1] = green[image[at + 1]];
            target[at + 2] = blue[image[at + 2]];
        }
    }

    private static float[] Table(int channel) =>
        [.. Enumerable.Range(0, 256).Select(value => (value / 255f - Mean[channel]) / Deviation[channel])];
}
