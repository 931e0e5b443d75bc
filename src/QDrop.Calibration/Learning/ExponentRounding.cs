using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace QDrop.Calibration.Learning;

/// <summary>
/// Learned rounding on a grid whose step is learned, too (arXiv 2204.12322): <c>(clamp(floor(w / s) + h(α) + z, 0, top)
/// − z) · s</c>. The gradient of the step goes straight through floor and through the rounding of z, which goes from
/// its level at one exponent to that at the next.
/// </summary>
internal static unsafe class ExponentRounding
{
    /// <summary>Fake-quantized weights of one channel.</summary>
    /// <param name="weights">The weights.</param>
    /// <param name="alpha">α of each.</param>
    /// <param name="result">Receives the fake-quantized weights.</param>
    /// <param name="count">Number of weights.</param>
    /// <param name="step">The channel's grid.</param>
    /// <param name="top">Highest level.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Forward(float* weights, float* alpha, float* result, long count, SoftStep step, float top)
    {
        long i = 0L;
        for (; i <= count - Vector256<float>.Count; i += Vector256<float>.Count)
            Soft(Vector256.Load(weights + i), Vector256.Load(alpha + i), step, top).Store(result + i);
        for (; i < count; i++)
            result[i] = Soft(Vector256.Create(weights[i]), Vector256.Create(alpha[i]), step, top).ToScalar();
    }

    /// <summary>Gradients of one channel.</summary>
    /// <param name="weights">The weights.</param>
    /// <param name="alpha">α of each.</param>
    /// <param name="gradient">Gradient of the fake-quantized weights.</param>
    /// <param name="result">Receives the gradient of α.</param>
    /// <param name="count">Number of weights.</param>
    /// <param name="step">The channel's grid.</param>
    /// <param name="top">Highest level.</param>
    /// <returns>The gradient of the step.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Backward(
        float* weights, float* alpha, float* gradient, float* result, long count, SoftStep step, float top)
    {
        Vector256<float> sum = Vector256<float>.Zero;
        long i = 0L;
        for (; i <= count - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            sum += Slopes(
                Vector256.Load(weights + i),
                Vector256.Load(alpha + i),
                Vector256.Load(gradient + i),
                step,
                top,
                out Vector256<float> slope);
            slope.Store(result + i);
        }
        double total = Vector256.Sum(sum);
        for (; i < count; i++)
        {
            total += Slopes(
                    Vector256.Create(weights[i]),
                    Vector256.Create(alpha[i]),
                    Vector256.Create(gradient[i]),
                    step,
                    top,
                    out Vector256<float> slope)
                .ToScalar();
            result[i] = slope.ToScalar();
        }
        return total;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Soft(Vector256<float> weight, Vector256<float> alpha, SoftStep step, float top)
    {
        var zero = Vector256.Create(step.ZeroPoint);
        Vector256<float> level =
            Vector256.Floor(weight / step.Scale) + LearnedRounding.Rectify(LearnedRounding.Sigmoid(alpha)) + zero;
        return (Clamp(level, top) - zero) * step.Scale;
    }

    /// <summary>The gradient of the step, and that of α.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Slopes(
        Vector256<float> weight,
        Vector256<float> alpha,
        Vector256<float> flow,
        SoftStep step,
        float top,
        out Vector256<float> alphaSlope)
    {
        Vector256<float> ratio = weight / step.Scale;
        Vector256<float> sigmoid = LearnedRounding.Sigmoid(alpha);
        Vector256<float> steps = Vector256.Floor(ratio) + LearnedRounding.Rectify(sigmoid);
        Vector256<float> level = steps + Vector256.Create(step.ZeroPoint);
        Vector256<float> clamped = Clamp(level, top);
        var inside = Vector256.Equals(level, clamped);
        alphaSlope = (flow * step.Scale & inside) * LearnedRounding.Slope(sigmoid);
        // Within the grid z cancels; beyond it, only the ends of the grid count.
        Vector256<float> beyond = clamped - Vector256.Create(step.ZeroPoint + step.Shift);
        return flow * Vector256.ConditionalSelect(inside, steps - ratio, beyond);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Clamp(Vector256<float> level, float top) =>
        Vector256.Min(Vector256.Max(level, Vector256<float>.Zero), Vector256.Create(top));
}

/// <summary>A channel's grid while its exponent is learned.</summary>
/// <param name="Scale">The step, 2^(E + h(v)).</param>
/// <param name="ZeroPoint">Level that stands for 0; whole.</param>
/// <param name="Shift">Derivative of the level that stands for 0 with respect to the step, times the step.</param>
/// <param name="Slope">Derivative of the step with respect to v.</param>
internal readonly record struct SoftStep(float Scale, float ZeroPoint, float Shift, float Slope);
