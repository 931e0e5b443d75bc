using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Cifar10.Data;

/// <summary>The usual augmentation, of batches that are already normalised.</summary>
internal static class Augmentation
{
    private const int Side = CifarImages.Side;
    private const int Padding = 4;
    private const int Channels = 3;

    /// <summary>Shifts each image by up to four pixels (black comes in at the border) and mirrors it with probability one half.</summary>
    /// <param name="batch">Normalised images <c>[N, 3, 32, 32]</c>.</param>
    /// <param name="seed">What decides the shifts.</param>
    /// <returns>New images, in channels-last layout.</returns>
    public static Tensor ShiftAndMirror(Tensor batch, long seed)
    {
        using var scope = NewDisposeScope();
        var random = new RandomStream(seed, 0);
        var images = batch.permute(0, 2, 3, 1).contiguous();
        var shifted = empty(images.shape, dtype: ScalarType.Float32);
        var from = MemoryMarshal.Cast<byte, float>(images.bytes);
        var to = MemoryMarshal.Cast<byte, float>(shifted.bytes);
        for (var i = 0; i < batch.shape[0]; i++)
        {
            var down = random.Next(2 * Padding + 1) - Padding;
            var right = random.Next(2 * Padding + 1) - Padding;
            var mirrored = random.Next(2) == 1;
            Write(from.Slice(i * CifarImages.Size, CifarImages.Size), to.Slice(i * CifarImages.Size, CifarImages.Size), down, right, mirrored);
        }

        return shifted.permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }

    /// <summary>Writes one image; its pixel at (y, x) comes from (y + down, x + right), of the mirrored image if it is to be mirrored.</summary>
    private static void Write(ReadOnlySpan<float> source, Span<float> target, int down, int right, bool mirrored)
    {
        var at = 0;
        for (var y = 0; y < Side; y++)
        {
            var fromRow = y + down;
            for (var x = 0; x < Side; x++, at += Channels)
            {
                var fromColumn = (mirrored ? Side - 1 - x : x) + right;
                var inside = (uint)fromRow < Side && (uint)fromColumn < Side;
                var pixel = inside ? source.Slice((fromRow * Side + fromColumn) * Channels, Channels) : Batch.Black;
                pixel.CopyTo(target[at..]);
            }
        }
    }
}
