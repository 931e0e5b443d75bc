using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace QDrop.Quantizers;

/// <summary>
/// Fake quantization on a uniform grid, <c>(clamp(round(x / s) + z, 0, top) − z) · s</c>, and its gradients as learned
/// step size quantization has them (arXiv 1902.08153, eq. 2 and 3), each in one pass. Where a mask says so, elements
/// stay as they are (arXiv 2203.05740, section 4).
/// </summary>
internal readonly unsafe struct FakeQuantization : IQuantization
{
    /// <inheritdoc/>
    static bool IQuantization.LearnsShift => false;

    /// <summary>Quantizes <paramref name="count"/> elements.</summary>
    /// <param name="x">The elements.</param>
    /// <param name="y">Receives the quantized elements.</param>
    /// <param name="count">Number of elements.</param>
    /// <param name="scale">Step of the grid.</param>
    /// <param name="zeroPoint">Level that stands for 0.</param>
    /// <param name="top">Highest level.</param>
    /// <param name="keep">One bit for each element, set where it is quantized; empty if all are.</param>
    /// <param name="rectify">Whether negative elements are taken for 0 first, as ReLU does.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Forward(
        float* x,
        float* y,
        int count,
        float scale,
        float zeroPoint,
        float top,
        ReadOnlySpan<uint> keep,
        bool rectify = false)
    {
        float least = Min(rectify);
        var floor = Vector256.Create(least);
        var step = Vector256.Create(scale);
        var zero = Vector256.Create(zeroPoint);
        var highest = Vector256.Create(top);
        int i = 0;
        for (; i <= count - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            Vector256<float> value = AtLeast(floor, Vector256.Load(x + i));
            Vector256<float> level = Level(value / step, zero, highest);
            Vector256<float> quantized = (level - zero) * step;
            if (!keep.IsEmpty)
                quantized = Vector256.ConditionalSelect(KeepMask.Lanes(keep, i), quantized, value);
            quantized.Store(y + i);
        }
        for (; i < count; i++)
        {
            float value = x[i] < least ? least : x[i];
            float level = Level(value / scale, zeroPoint, top);
            y[i] = keep.IsEmpty || KeepMask.Bit(keep, i) ? (level - zeroPoint) * scale : value;
        }
    }

    /// <summary>Gradients of <paramref name="count"/> elements.</summary>
    /// <param name="x">The elements that were quantized.</param>
    /// <param name="gradient">Gradient of the quantized elements.</param>
    /// <param name="result">Receives the gradient of <paramref name="x"/>.</param>
    /// <param name="count">Number of elements.</param>
    /// <param name="scale">Step of the grid.</param>
    /// <param name="zeroPoint">Level that stands for 0.</param>
    /// <param name="top">Highest level.</param>
    /// <param name="keep">The mask of the forward pass.</param>
    /// <param name="rectify">Whether the forward pass took negative elements for 0.</param>
    /// <returns>The gradient of the step.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Backward(
        float* x,
        float* gradient,
        float* result,
        int count,
        float scale,
        float zeroPoint,
        float top,
        ReadOnlySpan<uint> keep,
        bool rectify = false)
    {
        float least = Min(rectify);
        var floor = Vector256.Create(least);
        var step = Vector256.Create(scale);
        var zero = Vector256.Create(zeroPoint);
        var highest = Vector256.Create(top);
        Vector256<float> sum = Vector256<float>.Zero;
        int i = 0;
        for (; i <= count - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            var value = Vector256.Load(x + i);
            // A gradient that ReLU stops changes the step neither: the slope is 0 there.
            Vector256<float> flow = Vector256.Load(gradient + i) & Vector256.GreaterThan(value, floor);
            Vector256<float> ratio = AtLeast(floor, value) / step;
            Vector256<float> level = Vector256.Round(ratio) + zero;
            Vector256<float> clamped = Clamp(level, highest);
            var inside = Vector256.Equals(level, clamped);
            Vector256<float> slope = clamped - zero - (ratio & inside);
            if (keep.IsEmpty)
            {
                (flow & inside).Store(result + i);
                sum += flow * slope;
            }
            else
            {
                Vector256<float> kept = KeepMask.Lanes(keep, i);
                (flow & (inside | ~kept)).Store(result + i);
                sum += flow * (slope & kept);
            }
        }
        float total = Vector256.Sum(sum);
        for (; i < count; i++)
        {
            float flow = x[i] > least ? gradient[i] : 0;
            float ratio = (x[i] < least ? least : x[i]) / scale;
            float level = MathF.Round(ratio) + zeroPoint;
            bool inside = level >= 0 && level <= top;
            bool kept = keep.IsEmpty || KeepMask.Bit(keep, i);
            result[i] = kept && !inside ? 0 : flow;
            total += kept ? flow * (Math.Clamp(level, 0, top) - zeroPoint - (inside ? ratio : 0)) : 0;
        }
        return total;
    }

    /// <inheritdoc/>
    static void IQuantization.Forward(
        float* x,
        float* y,
        int count,
        float scale,
        float shift,
        float top,
        ReadOnlySpan<uint> keep,
        bool rectify) => Forward(x, y, count, scale, shift, top, keep, rectify);

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
        bool rectify) => (Backward(x, gradient, result, count, scale, shift, top, keep, rectify), 0);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<float> IQuantization.Quantize(
        Vector256<float> value,
        Vector256<float> scale,
        Vector256<float> shift,
        Vector256<float> top) => (Level(value / scale, shift, top) - shift) * scale;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<float> IQuantization.Slope(
        Vector256<float> value,
        Vector256<float> scale,
        Vector256<float> shift,
        Vector256<float> top,
        out Vector256<float> inside)
    {
        Vector256<float> ratio = value / scale;
        Vector256<float> level = Vector256.Round(ratio) + shift;
        Vector256<float> clamped = Clamp(level, top);
        inside = Vector256.Equals(level, clamped);
        return clamped - shift - (ratio & inside);
    }

    /// <summary>What smaller elements are taken for.</summary>
    private static float Min(bool rectify) => rectify ? 0 : float.NegativeInfinity;

    // With the limit as first operand a NaN passes through.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> AtLeast(Vector256<float> floor, Vector256<float> value) =>
        Vector256.MaxNative(floor, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Level(Vector256<float> ratio, Vector256<float> zero, Vector256<float> highest) =>
        Clamp(Vector256.Round(ratio) + zero, highest);

    private static float Level(float ratio, float zero, float highest) =>
        Math.Clamp(MathF.Round(ratio) + zero, 0, highest);

    // With the limit as first operand a NaN passes through.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Clamp(Vector256<float> level, Vector256<float> highest) =>
        Vector256.MinNative(highest, Vector256.MaxNative(Vector256<float>.Zero, level));
}
