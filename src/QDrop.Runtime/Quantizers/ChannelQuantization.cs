using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using QDrop.Threading;

namespace QDrop.Quantizers;

/// <summary>
/// Quantizes parts of a buffer in which each channel has a grid of its own. Where many elements of a channel lie side
/// by side (<c>[N, C, H, W]</c>) each run of them is quantized on one grid; where few do (<c>[N, H, W, C]</c>) the
/// grids are loaded beside the elements.
/// </summary>
/// <typeparam name="TQuantization">The arithmetic.</typeparam>
internal sealed unsafe class ChannelQuantization<TQuantization>
    where TQuantization : struct, IQuantization
{
    /// <summary>A run shorter than a vector is not worth a loop of its own.</summary>
    private static readonly int ShortRun = Vector256<float>.Count;

    private readonly float[] _scales, _shifts;
    private readonly float _top;
    private readonly ChannelOrder _order;
    private readonly bool _rectify;

    /// <summary>
    /// Elements after which the channels repeat, where their grids are loaded beside the elements; else 0.
    /// </summary>
    private readonly int _period;

    /// <summary>
    /// Grids of the elements of a period, and of the first ones of the next, so that a vector can begin at each
    /// element.
    /// </summary>
    private readonly float[] _elementScales = [], _elementShifts = [];

    /// <param name="scales">Steps of the channels' grids.</param>
    /// <param name="shifts">Their shifts.</param>
    /// <param name="top">Highest level.</param>
    /// <param name="order">Where the channels lie.</param>
    /// <param name="rectify">Whether negative elements are taken for 0 first.</param>
    public ChannelQuantization(float[] scales, float[] shifts, float top, ChannelOrder order, bool rectify)
    {
        (_scales, _shifts, _top, _order, _rectify) = (scales, shifts, top, order, rectify);
        if (order.Run >= ShortRun)
            return;
        _period = order.Count * (int)order.Run;
        _elementScales = new float[_period + Vector256<float>.Count];
        _elementShifts = new float[_elementScales.Length];
        for (int i = 0; i < _elementScales.Length; i++)
            (_elementScales[i], _elementShifts[i]) = (scales[order.ChannelOf(i)], shifts[order.ChannelOf(i)]);
    }

    private float Min => _rectify ? 0 : float.NegativeInfinity;

    /// <summary>Quantizes a part.</summary>
    /// <param name="x">The part's elements.</param>
    /// <param name="y">Receives the quantized elements.</param>
    /// <param name="first">The part's first element in the buffer.</param>
    /// <param name="count">Number of elements, at most <see cref="Chunks.Length"/>.</param>
    /// <param name="keep">One bit for each element of the part, set where it is quantized; empty if all are.</param>
    public void Forward(float* x, float* y, long first, int count, ReadOnlySpan<uint> keep)
    {
        if (_period > 0)
        {
            ForwardBeside(x, y, (int)(first % _period), count, keep);
            return;
        }
        Span<uint> buffer = stackalloc uint[Chunks.Length / 32 + 1];
        for (int i = 0, length; i < count; i += length)
        {
            int channel = _order.ChannelOf(first + i);
            length = (int)Math.Min(count - i, _order.Rest(first + i));
            TQuantization.Forward(
                x + i,
                y + i,
                length,
                _scales[channel],
                _shifts[channel],
                _top,
                KeepMask.Part(keep, i, length, buffer),
                _rectify);
        }
    }

    /// <summary>Gradients of a part.</summary>
    /// <param name="x">The part's elements.</param>
    /// <param name="gradient">Gradient of the quantized elements.</param>
    /// <param name="result">Receives the gradient of <paramref name="x"/>.</param>
    /// <param name="first">The part's first element in the buffer.</param>
    /// <param name="count">Number of elements, at most <see cref="Chunks.Length"/>.</param>
    /// <param name="keep">The mask of the forward pass.</param>
    /// <param name="scales">What the part adds to the gradient of each channel's step is added here.</param>
    /// <param name="shifts">The same of the shifts; not used where they have no gradient.</param>
    public void Backward(
        float* x,
        float* gradient,
        float* result,
        long first,
        int count,
        ReadOnlySpan<uint> keep,
        Span<float> scales,
        Span<float> shifts)
    {
        if (_period > 0)
        {
            BackwardBeside(x, gradient, result, (int)(first % _period), count, keep, scales, shifts);
            return;
        }
        Span<uint> buffer = stackalloc uint[Chunks.Length / 32 + 1];
        for (int i = 0, length; i < count; i += length)
        {
            int channel = _order.ChannelOf(first + i);
            length = (int)Math.Min(count - i, _order.Rest(first + i));
            (float scale, float shift) = TQuantization.Backward(
                x + i,
                gradient + i,
                result + i,
                length,
                _scales[channel],
                _shifts[channel],
                _top,
                KeepMask.Part(keep, i, length, buffer),
                _rectify);
            scales[channel] += scale;
            if (TQuantization.LearnsShift)
                shifts[channel] += shift;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ForwardBeside(float* x, float* y, int at, int count, ReadOnlySpan<uint> keep)
    {
        (Vector256<float> floor, Vector256<float> highest) = (Vector256.Create(Min), Vector256.Create(_top));
        fixed (float* scales = _elementScales, shifts = _elementShifts)
        {
            int i = 0;
            for (; i <= count - Vector256<float>.Count; i += Vector256<float>.Count, at = Next(at))
            {
                var value = Vector256.MaxNative(floor, Vector256.Load(x + i));
                Vector256<float> quantized = TQuantization.Quantize(
                    value, Vector256.Load(scales + at), Vector256.Load(shifts + at), highest);
                if (!keep.IsEmpty)
                    quantized = Vector256.ConditionalSelect(KeepMask.Lanes(keep, i), quantized, value);
                quantized.Store(y + i);
            }
            if (i == count)
                return;
            var rest = Vector256.MaxNative(floor, LoadPart(x + i, count - i));
            Vector256<float> last = TQuantization.Quantize(
                rest, Vector256.Load(scales + at), Vector256.Load(shifts + at), highest);
            StorePart(
                keep.IsEmpty ? last : Vector256.ConditionalSelect(KeepMask.Lanes(keep, i), last, rest),
                y + i,
                count - i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void BackwardBeside(
        float* x,
        float* gradient,
        float* result,
        int at,
        int count,
        ReadOnlySpan<uint> keep,
        Span<float> scales,
        Span<float> shifts)
    {
        float[] slopes = Rent();
        float[] clips = TQuantization.LearnsShift ? Rent() : [];
        fixed (float* slopesAt = slopes, clipsAt = clips)
        {
            int i = 0;
            for (; i <= count - Vector256<float>.Count; i += Vector256<float>.Count, at = Next(at))
                Gradients(Vector256.Load(x + i), Vector256.Load(gradient + i), at, Kept(keep, i), slopesAt, clipsAt)
                    .Store(result + i);
            // Elements beyond the end have no gradient, and so add nothing.
            if (i < count)
                StorePart(
                    Gradients(
                        LoadPart(x + i, count - i),
                        LoadPart(gradient + i, count - i),
                        at,
                        Kept(keep, i),
                        slopesAt,
                        clipsAt),
                    result + i,
                    count - i);
        }
        Gather(slopes, scales);
        if (TQuantization.LearnsShift)
            Gather(clips, shifts);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector256<float> Gradients(
        Vector256<float> value, Vector256<float> gradient, int at, Vector256<float> kept, float* slopes, float* clips)
    {
        var floor = Vector256.Create(Min);
        // A gradient that ReLU stops changes the step neither: the slope is 0 there.
        Vector256<float> flow = gradient & Vector256.GreaterThan(value, floor);
        Vector256<float> slope = TQuantization.Slope(
            Vector256.MaxNative(floor, value),
            Vector256.LoadUnsafe(ref _elementScales[at]),
            Vector256.LoadUnsafe(ref _elementShifts[at]),
            Vector256.Create(_top),
            out Vector256<float> inside);
        (Vector256.Load(slopes + at) + flow * (slope & kept)).Store(slopes + at);
        if (TQuantization.LearnsShift)
            (Vector256.Load(clips + at) + (flow & (~inside & kept))).Store(clips + at);
        return flow & (inside | ~kept);
    }

    /// <summary>The place in the period one vector further on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Next(int at)
    {
        at += Vector256<float>.Count;
        return at < _period ? at : at % _period;
    }

    private static Vector256<float> Kept(ReadOnlySpan<uint> keep, int i) =>
        keep.IsEmpty ? Vector256<float>.AllBitsSet : KeepMask.Lanes(keep, i);

    private static Vector256<float> LoadPart(float* from, int count)
    {
        float* part = stackalloc float[Vector256<float>.Count];
        new ReadOnlySpan<float>(from, count).CopyTo(new(part, count));
        return Vector256.Load(part);
    }

    private static void StorePart(Vector256<float> value, float* to, int count)
    {
        float* part = stackalloc float[Vector256<float>.Count];
        value.Store(part);
        new ReadOnlySpan<float>(part, count).CopyTo(new(to, count));
    }

    private float[] Rent()
    {
        float[] sums = ArrayPool<float>.Shared.Rent(_elementScales.Length);
        Array.Clear(sums, 0, _elementScales.Length);
        return sums;
    }

    /// <summary>Adds up what the elements of a channel gave.</summary>
    private void Gather(float[] sums, Span<float> channels)
    {
        for (int i = 0; i < _elementScales.Length; i++)
            channels[_order.ChannelOf(i)] += sums[i];
        ArrayPool<float>.Shared.Return(sums);
    }
}
