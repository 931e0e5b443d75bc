using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace QDrop.Calibration.Learning;

/// <summary>
/// The arithmetic of learned rounding (arXiv 2004.10568): a weight w on a grid of step s lies at <c>floor(w / s) +
/// h(α)</c> with <c>h(α) = clip(1.2·sigmoid(α) − 0.1, 0, 1)</c>, and a regulariser <c>Σ(1 − |2h − 1|^β)</c> pushes
/// every h to 0 or 1.
/// </summary>
internal static unsafe class LearnedRounding
{
    private const float Stretch = 1.2f;
    private const float Offset = 0.1f;

    /// <summary>The α whose h is <paramref name="fraction"/>.</summary>
    public static float Start(float fraction) => -MathF.Log(Stretch / (fraction + Offset) - 1);

    /// <summary>Fake-quantized weights with soft rounding.</summary>
    /// <param name="alpha">α.</param>
    /// <param name="grid">Where each weight lies.</param>
    /// <param name="first">The first weight.</param>
    /// <param name="weights">Receives the weights.</param>
    /// <param name="count">Number of weights.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Forward(float* alpha, RoundingGrid grid, long first, float* weights, int count)
    {
        fixed (float* floors = grid.Floors, scales = grid.Scales, zeros = grid.ZeroPoints)
        {
            float* f = floors + first, s = scales + first, z = zeros + first;
            var top = Vector256.Create(grid.Top);
            int i = 0;
            for (; i <= count - Vector256<float>.Count; i += Vector256<float>.Count)
                Soft(
                        Vector256.Load(alpha + i),
                        Vector256.Load(f + i),
                        Vector256.Load(s + i),
                        Vector256.Load(z + i),
                        top)
                    .Store(weights + i);
            for (; i < count; i++)
                weights[i] = Soft(
                        Vector256.Create(alpha[i]),
                        Vector256.Create(f[i]),
                        Vector256.Create(s[i]),
                        Vector256.Create(z[i]),
                        top)
                    .ToScalar();
        }
    }

    /// <summary>
    /// Gradient of α through the soft rounding and, where it has a part in the loss, of the regulariser: in one pass.
    /// </summary>
    /// <param name="alpha">α.</param>
    /// <param name="grid">Where each weight lies.</param>
    /// <param name="first">The first weight.</param>
    /// <param name="gradient">Gradient of the weights; becomes that of α.</param>
    /// <param name="count">Number of weights.</param>
    /// <param name="beta">β of the regulariser; <see langword="null"/> where it has no part.</param>
    /// <param name="lambda">λ.</param>
    /// <returns>Σ(1 − |2h − 1|^β); 0 where it has no part.</returns>
    public static double Backward(
        float* alpha, RoundingGrid grid, long first, float* gradient, int count, float? beta, float lambda)
    {
        if (beta is { } b)
            return Backward(alpha, grid, first, gradient, count, b, lambda);
        Backward(alpha, grid, first, gradient, count);
        return 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Backward(float* alpha, RoundingGrid grid, long first, float* gradient, int count)
    {
        fixed (float* floors = grid.Floors, scales = grid.Scales, zeros = grid.ZeroPoints)
        {
            float* f = floors + first, s = scales + first, z = zeros + first;
            var top = Vector256.Create(grid.Top);
            int i = 0;
            for (; i <= count - Vector256<float>.Count; i += Vector256<float>.Count)
            {
                Vector256<float> sigmoid = Sigmoid(Vector256.Load(alpha + i));
                Vector256<float> flow = Vector256.Load(gradient + i) * Vector256.Load(s + i);
                Vector256<float> inside = Inside(Rectify(sigmoid), Vector256.Load(f + i), Vector256.Load(z + i), top);
                ((flow & inside) * Slope(sigmoid)).Store(gradient + i);
            }
            for (; i < count; i++)
            {
                Vector256<float> sigmoid = Sigmoid(Vector256.Create(alpha[i]));
                Vector256<float> inside = Inside(Rectify(sigmoid), Vector256.Create(f[i]), Vector256.Create(z[i]), top);
                gradient[i] = ((Vector256.Create(gradient[i] * s[i]) & inside) * Slope(sigmoid)).ToScalar();
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Backward(
        float* alpha, RoundingGrid grid, long first, float* gradient, int count, float beta, float lambda)
    {
        fixed (float* floors = grid.Floors, scales = grid.Scales, zeros = grid.ZeroPoints)
        {
            float* f = floors + first, s = scales + first, z = zeros + first;
            var top = Vector256.Create(grid.Top);
            Vector256<float> sum = Vector256<float>.Zero;
            int i = 0;
            for (; i <= count - Vector256<float>.Count; i += Vector256<float>.Count)
            {
                Vector256<float> sigmoid = Sigmoid(Vector256.Load(alpha + i));
                (Vector256<float> h, Vector256<float> slope) = (Rectify(sigmoid), Slope(sigmoid));
                Vector256<float> flow =
                    Vector256.Load(gradient + i) * Vector256.Load(s + i)
                    & Inside(h, Vector256.Load(f + i), Vector256.Load(z + i), top);
                sum += Penalty(h, slope, beta, lambda, out Vector256<float> push);
                (flow * slope + push).Store(gradient + i);
            }
            double total = Vector256.Sum(sum);
            for (; i < count; i++)
            {
                Vector256<float> sigmoid = Sigmoid(Vector256.Create(alpha[i]));
                (Vector256<float> h, Vector256<float> slope) = (Rectify(sigmoid), Slope(sigmoid));
                Vector256<float> flow =
                    Vector256.Create(gradient[i] * s[i])
                    & Inside(h, Vector256.Create(f[i]), Vector256.Create(z[i]), top);
                total += Penalty(h, slope, beta, lambda, out Vector256<float> push).ToScalar();
                gradient[i] = (flow * slope + push).ToScalar();
            }
            return total;
        }
    }

    /// <summary>The rounding regulariser.</summary>
    /// <param name="alpha">α.</param>
    /// <param name="gradient">Gets λ times the gradient of α added.</param>
    /// <param name="count">Number of weights.</param>
    /// <param name="beta">β.</param>
    /// <param name="lambda">λ.</param>
    /// <returns>Σ(1 − |2h − 1|^β).</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Regularize(float* alpha, float* gradient, int count, float beta, float lambda)
    {
        Vector256<float> sum = Vector256<float>.Zero;
        int i = 0;
        for (; i <= count - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            Vector256<float> sigmoid = Sigmoid(Vector256.Load(alpha + i));
            sum += Penalty(Rectify(sigmoid), Slope(sigmoid), beta, lambda, out Vector256<float> push);
            (Vector256.Load(gradient + i) + push).Store(gradient + i);
        }
        double total = Vector256.Sum(sum);
        for (; i < count; i++)
        {
            Vector256<float> sigmoid = Sigmoid(Vector256.Create(alpha[i]));
            total += Penalty(Rectify(sigmoid), Slope(sigmoid), beta, lambda, out Vector256<float> push).ToScalar();
            gradient[i] += push.ToScalar();
        }
        return total;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Soft(
        Vector256<float> alpha,
        Vector256<float> floor,
        Vector256<float> scale,
        Vector256<float> zero,
        Vector256<float> top)
    {
        Vector256<float> level = floor + Rectify(Sigmoid(alpha)) + zero;
        return (Vector256.Min(Vector256.Max(level, Vector256<float>.Zero), top) - zero) * scale;
    }

    /// <summary>All bits set where the level is on the grid.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Inside(
        Vector256<float> h, Vector256<float> floor, Vector256<float> zero, Vector256<float> top)
    {
        Vector256<float> level = floor + h + zero;
        return Vector256.GreaterThanOrEqual(level, Vector256<float>.Zero) & Vector256.LessThanOrEqual(level, top);
    }

    /// <summary>1 − |2h − 1|^β, and λ times its gradient by α.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Penalty(
        Vector256<float> h, Vector256<float> slopeOfH, float beta, float lambda, out Vector256<float> gradient)
    {
        Vector256<float> centred = h - Vector256.Create(0.5f);
        Vector256<float> distance = Vector256.Abs(centred) * 2f;
        // |2h − 1|^(β − 1); the logarithm of 0 is −∞ and its power 0.
        var power = Vector256.Exp(Vector256.Log(distance) * (beta - 1));
        Vector256<float> slope = power * slopeOfH * (-2 * beta * lambda);
        gradient = Vector256.ConditionalSelect(Vector256.GreaterThan(centred, Vector256<float>.Zero), slope, -slope);
        return Vector256<float>.One - power * distance;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<float> Sigmoid(Vector256<float> alpha) =>
        Vector256<float>.One / (Vector256<float>.One + Vector256.Exp(-alpha));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<float> Rectify(Vector256<float> sigmoid) =>
        Vector256.Min(
            Vector256.Max(sigmoid * Stretch - Vector256.Create(Offset), Vector256<float>.Zero), Vector256<float>.One);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<float> Slope(Vector256<float> sigmoid)
    {
        Vector256<float> stretched = sigmoid * Stretch - Vector256.Create(Offset);
        Vector256<float> open =
            Vector256.GreaterThanOrEqual(stretched, Vector256<float>.Zero)
            & Vector256.LessThanOrEqual(stretched, Vector256<float>.One);
        return sigmoid * (Vector256<float>.One - sigmoid) * Stretch & open;
    }
}

/// <summary>Where each weight of a tensor lies on its channel's grid.</summary>
/// <param name="Floors">The level at or below the weight, counted from the one that stands for 0.</param>
/// <param name="Scales">Step of the grid, for each weight.</param>
/// <param name="ZeroPoints">Level that stands for 0, for each weight.</param>
/// <param name="Top">Highest level.</param>
internal sealed record RoundingGrid(float[] Floors, float[] Scales, float[] ZeroPoints, float Top);
