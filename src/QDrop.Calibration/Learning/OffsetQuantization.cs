using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using QDrop.Quantizers;

namespace QDrop.Calibration.Learning;

/// <summary>
/// Fake quantization on a grid whose lowest level is at an offset that need not be a multiple of the step,
/// <c>clamp(round((x − β) / s), 0, top) · s + β</c>, and its gradients as LSQ+ has them (arXiv 2004.09576, eq. 5 and
/// 6), each in one pass.
/// </summary>
internal readonly unsafe struct OffsetQuantization : IQuantization
{
    /// <inheritdoc/>
    static bool IQuantization.LearnsShift => true;

    /// <summary>Quantizes <paramref name="count"/> elements.</summary>
    /// <param name="x">The elements.</param>
    /// <param name="y">Receives the quantized elements.</param>
    /// <param name="count">Number of elements.</param>
    /// <param name="scale">Step of the grid.</param>
    /// <param name="offset">Value of the lowest level.</param>
    /// <param name="top">Highest level.</param>
    /// <param name="keep">One bit for each element, set where it is quantized; empty if all are.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Forward(
        float* x, float* y, int count, float scale, float offset, float top, ReadOnlySpan<uint> keep)
    {
        var step = Vector256.Create(scale);
        var lowest = Vector256.Create(offset);
        var highest = Vector256.Create(top);
        int i = 0;
        for (; i <= count - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            var value = Vector256.Load(x + i);
            Vector256<float> quantized = Clamp(Vector256.Round((value - lowest) / step), highest) * step + lowest;
            if (!keep.IsEmpty)
                quantized = Vector256.ConditionalSelect(KeepMask.Lanes(keep, i), quantized, value);
            quantized.Store(y + i);
        }
        for (; i < count; i++)
            y[i] =
                keep.IsEmpty || KeepMask.Bit(keep, i)
                    ? Math.Clamp(MathF.Round((x[i] - offset) / scale), 0, top) * scale + offset
                    : x[i];
    }

    /// <summary>Gradients of <paramref name="count"/> elements.</summary>
    /// <param name="x">The elements that were quantized.</param>
    /// <param name="gradient">Gradient of the quantized elements.</param>
    /// <param name="result">Receives the gradient of <paramref name="x"/>.</param>
    /// <param name="count">Number of elements.</param>
    /// <param name="scale">Step of the grid.</param>
    /// <param name="offset">Value of the lowest level.</param>
    /// <param name="top">Highest level.</param>
    /// <param name="keep">The mask of the forward pass.</param>
    /// <returns>The gradients of the step and of the offset: of the latter, what clipped elements pass on.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static (float Scale, float Offset) Backward(
        float* x,
        float* gradient,
        float* result,
        int count,
        float scale,
        float offset,
        float top,
        ReadOnlySpan<uint> keep)
    {
        var step = Vector256.Create(scale);
        var lowest = Vector256.Create(offset);
        var highest = Vector256.Create(top);
        (Vector256<float> slopes, Vector256<float> clips) = (Vector256<float>.Zero, Vector256<float>.Zero);
        int i = 0;
        for (; i <= count - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            var flow = Vector256.Load(gradient + i);
            Vector256<float> ratio = (Vector256.Load(x + i) - lowest) / step;
            var level = Vector256.Round(ratio);
            Vector256<float> clamped = Clamp(level, highest);
            var inside = Vector256.Equals(level, clamped);
            Vector256<float> kept = keep.IsEmpty ? Vector256<float>.AllBitsSet : KeepMask.Lanes(keep, i);
            (flow & (inside | ~kept)).Store(result + i);
            slopes += flow * ((clamped - (ratio & inside)) & kept);
            clips += flow & (~inside & kept);
        }
        (float slope, float clip) = (Vector256.Sum(slopes), Vector256.Sum(clips));
        for (; i < count; i++)
        {
            float ratio = (x[i] - offset) / scale;
            float level = MathF.Round(ratio);
            bool inside = level >= 0 && level <= top;
            bool kept = keep.IsEmpty || KeepMask.Bit(keep, i);
            result[i] = kept && !inside ? 0 : gradient[i];
            if (!kept)
                continue;
            slope += gradient[i] * (Math.Clamp(level, 0, top) - (inside ? ratio : 0));
            clip += inside ? 0 : gradient[i];
        }
        return (slope, clip);
    }

    /// <inheritdoc/>
    static void IQuantization.Forward(
        float* x, float* y, int count, float scale, float shift, float top, ReadOnlySpan<uint> keep, bool rectify)
    {
        NotRectified(rectify);
        Forward(x, y, count, scale, shift, top, keep);
    }

    /// <inheritdoc/>
    static (float Scale, float Shift) IQuantization.Backward(
        float* x,
        float* gradient,
        float* result,
        int count,
        float scale,
        float shift,
        float top,
        ReadOnlySpan<uint> keep,
        bool rectify)
    {
        NotRectified(rectify);
        return Backward(x, gradient, result, count, scale, shift, top, keep);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<float> IQuantization.Quantize(
        Vector256<float> value,
        Vector256<float> scale,
        Vector256<float> shift,
        Vector256<float> top) => Clamp(Vector256.Round((value - shift) / scale), top) * scale + shift;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<float> IQuantization.Slope(
        Vector256<float> value,
        Vector256<float> scale,
        Vector256<float> shift,
        Vector256<float> top,
        out Vector256<float> inside)
    {
        Vector256<float> ratio = (value - shift) / scale;
        var level = Vector256.Round(ratio);
        Vector256<float> clamped = Clamp(level, top);
        inside = Vector256.Equals(level, clamped);
        return clamped - (ratio & inside);
    }

    private static void NotRectified(bool rectify)
    {
        if (rectify)
            throw new NotSupportedException("Where the offset is learned, ReLU is a pass of its own.");
    }

    // With the limit as first operand a NaN passes through.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Clamp(Vector256<float> level, Vector256<float> highest) =>
        Vector256.MinNative(highest, Vector256.MaxNative(Vector256<float>.Zero, level));
}
