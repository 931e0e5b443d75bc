using QDrop.Native;
using QDrop.Quantizers;
using QDrop.Threading;
using static TorchSharp.torch;

namespace QDrop.Calibration.Learning;

/// <summary>One forward pass of activations through a quantizer, and what it leaves for the backward pass.</summary>
internal abstract class QuantizePass
{
    /// <summary>Quantizes dense activations; the result has the same memory order.</summary>
    public abstract Tensor Forward(Tensor x);

    /// <summary>The gradients of the activations, of the steps and, where they are learned, of the shifts.</summary>
    public abstract (Tensor Gradient, float[] Scales, float[]? Shifts) Backward(Tensor x, Tensor outputGradient);

    /// <summary>Frees what the forward pass has left, where no backward pass follows.</summary>
    public abstract void End();
}

/// <summary>One pass over memory in each direction, whatever the arithmetic and however many grids.</summary>
/// <typeparam name="TQuantization">The arithmetic.</typeparam>
/// <param name="grids">The grids as used, see <see cref="LearnedActivation"/>.</param>
/// <param name="factor">Factor of the gradients of steps and shifts.</param>
/// <param name="mask">Which elements are quantized.</param>
/// <param name="rectify">Whether ReLU is part of the pass.</param>
internal sealed class QuantizePass<TQuantization>(Grids grids, float factor, DropMask mask, bool rectify = false)
    : QuantizePass
    where TQuantization : struct, IQuantization
{
    private readonly float _scale = grids.Scales[0], _shift = grids.Shifts[0], _top = grids.Top;

    private bool IsOne => grids.Scales.Length == 1;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x)
    {
        mask.Begin(x.NumberOfElements);
        return QuantizationPass<TQuantization>.Forward(x, grids, rectify, mask.Choose);
    }

    /// <inheritdoc/>
    public override unsafe (Tensor Gradient, float[] Scales, float[]? Shifts) Backward(Tensor x, Tensor outputGradient)
    {
        Tensor ordered = DenseMemory.InOrderOf(outputGradient, x);
        Tensor result = DenseMemory.EmptyLike(x);
        long length = x.NumberOfElements;
        (int chunks, int size) = (Chunks.Count(length), grids.Scales.Length);
        // What each chunk adds, so that the sum does not depend on which thread was first.
        float[] scales = new float[(long)chunks * size],
            shifts = TQuantization.LearnsShift ? new float[scales.LongLength] : [];
        float* values = DenseMemory.Floats(x), from = DenseMemory.Floats(ordered), to = DenseMemory.Floats(result);
        if (IsOne)
        {
            Chunks.ForEach(
                length,
                (chunk, first, count) =>
                {
                    (float scale, float shift) = TQuantization.Backward(
                        values + first, from + first, to + first, count, _scale, _shift, _top, mask.Of(chunk), rectify);
                    scales[chunk] = scale;
                    if (TQuantization.LearnsShift)
                        shifts[chunk] = shift;
                });
        }
        else
        {
            ChannelQuantization<TQuantization> channels = QuantizationPass<TQuantization>.Channels(x, grids, rectify);
            Chunks.ForEach(
                length,
                (chunk, first, count) =>
                    channels.Backward(
                        values + first,
                        from + first,
                        to + first,
                        first,
                        count,
                        mask.Of(chunk),
                        scales.AsSpan(chunk * size, size),
                        TQuantization.LearnsShift ? shifts.AsSpan(chunk * size, size) : []));
        }
        GC.KeepAlive(x);
        GC.KeepAlive(ordered);
        if (!ReferenceEquals(ordered, outputGradient))
            ordered.Dispose();
        return (result, Total(scales), TQuantization.LearnsShift ? Total(shifts) : null);
    }

    /// <inheritdoc/>
    public override void End() => mask.End();

    private float[] Total(float[] chunks)
    {
        double[] totals = new double[grids.Scales.Length];
        for (int i = 0; i < chunks.Length; i += totals.Length)
        {
            for (int c = 0; c < totals.Length; c++)
                totals[c] += chunks[i + c];
        }
        return Array.ConvertAll(totals, total => (float)total * factor);
    }
}
