using QDrop.Native;
using QDrop.Threading;
using static TorchSharp.torch;

namespace QDrop.Quantizers;

/// <summary>The grids of a tensor: one, or one for each channel.</summary>
/// <param name="Scales">Their steps.</param>
/// <param name="Shifts">Their zero points or offsets, as the arithmetic has it.</param>
/// <param name="Top">Highest level.</param>
/// <param name="Axis">The dimension that counts channels; <see langword="null"/> where one grid is for all.</param>
internal sealed record Grids(float[] Scales, float[] Shifts, float Top, int? Axis = null);

/// <summary>Chooses the elements of a chunk that are quantized.</summary>
/// <param name="chunk">Number of the chunk.</param>
/// <param name="first">Its first element.</param>
/// <returns>One bit for each element, set where it is quantized; empty if all are.</returns>
internal delegate ReadOnlySpan<uint> ElementMask(int chunk, long first);

/// <summary>One pass over memory through a quantizer, whatever the arithmetic and however many grids.</summary>
/// <typeparam name="TQuantization">The arithmetic.</typeparam>
internal static unsafe class QuantizationPass<TQuantization>
    where TQuantization : struct, IQuantization
{
    /// <summary>Quantizes dense activations; the result has the same order in memory.</summary>
    /// <param name="x">The activations, dense.</param>
    /// <param name="grids">The grids.</param>
    /// <param name="rectify">Whether ReLU is part of the pass.</param>
    /// <param name="mask">Which elements are quantized; <see langword="null"/> if all are.</param>
    public static Tensor Forward(Tensor x, Grids grids, bool rectify, ElementMask? mask = null)
    {
        Tensor y = DenseMemory.EmptyLike(x);
        long length = x.NumberOfElements;
        float* from = DenseMemory.Floats(x), to = DenseMemory.Floats(y);
        if (grids.Scales.Length == 1)
        {
            (float scale, float shift) = (grids.Scales[0], grids.Shifts[0]);
            Chunks.ForEach(
                length,
                (chunk, first, count) =>
                    TQuantization.Forward(
                        from + first, to + first, count, scale, shift, grids.Top, Choose(mask, chunk, first), rectify));
        }
        else
        {
            ChannelQuantization<TQuantization> channels = Channels(x, grids, rectify);
            Chunks.ForEach(length, (chunk, first, count) =>
                channels.Forward(from + first, to + first, first, count, Choose(mask, chunk, first)));
        }
        GC.KeepAlive(x);
        return y;
    }

    /// <summary>The arithmetic with a grid for each channel of a tensor.</summary>
    public static ChannelQuantization<TQuantization> Channels(Tensor x, Grids grids, bool rectify) =>
        new(grids.Scales, grids.Shifts, grids.Top, ChannelOrder.Of(x, grids.Axis!.Value), rectify);

    private static ReadOnlySpan<uint> Choose(ElementMask? mask, int chunk, long first) =>
        mask is null ? [] : mask(chunk, first);
}
