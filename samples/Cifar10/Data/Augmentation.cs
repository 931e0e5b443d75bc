using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Cifar10.Data;

/// <summary>The usual augmentation of CIFAR-10, for normalized batches.</summary>
internal static class Augmentation
{
    private const int Side = CifarImages.Side;
    private const int Padding = 4;
    private const int Channels = 3;

    /// <summary>Shifts each image by up to four pixels, with a black border, and mirrors it or not.</summary>
    /// <param name="batch">Normalized images <c>[N, 3, 32, 32]</c>.</param>
    /// <param name="random">The random numbers that decide the shifts.</param>
    /// <returns>New images, in channels-last layout.</returns>
    public static Tensor ShiftAndMirror(Tensor batch, RandomStream random)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor images = batch.permute(0, 2, 3, 1).contiguous();
        Tensor shifted = empty(images.shape, dtype: ScalarType.Float32);
        Span<float> from = MemoryMarshal.Cast<byte, float>(images.bytes);
        Span<float> to = MemoryMarshal.Cast<byte, float>(shifted.bytes);
        for (int i = 0; i < batch.shape[0]; i++)
        {
            int down = random.Next(2 * Padding + 1) - Padding;
            int right = random.Next(2 * Padding + 1) - Padding;
            bool mirrored = random.Next(2) == 1;
            int first = i * CifarImages.Size;
            Write(from.Slice(first, CifarImages.Size), to.Slice(first, CifarImages.Size), down, right, mirrored);
        }

        return shifted.permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }

    /// <summary>Writes one image: pixel (y, x) is (y + down, x + right) of the source or its mirror image.</summary>
    private static void Write(ReadOnlySpan<float> source, Span<float> target, int down, int right, bool mirrored)
    {
        int at = 0;
        for (int y = 0; y < Side; y++)
        {
            int fromRow = y + down;
            for (int x = 0; x < Side; x++, at += Channels)
            {
                int fromColumn = (mirrored ? Side - 1 - x : x) + right;
                bool inside = (uint)fromRow < Side && (uint)fromColumn < Side;
                ReadOnlySpan<float> pixel = inside
                    ? source.Slice((fromRow * Side + fromColumn) * Channels, Channels)
                    : Batch.Black;
                pixel.CopyTo(target[at..]);
            }
        }
    }
}
