using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace QDrop.Calibration.Reconstruction;

/// <summary>
/// Sums of powers of errors and their gradients, each in one pass. Squares, the usual case, are in
/// <see cref="ReconstructionLoss"/>.
/// </summary>
internal static unsafe class NormError
{
    /// <summary>Σ|(output − target) · size|, and its gradient, which is 0 where there is no error.</summary>
    /// <param name="output">The outputs.</param>
    /// <param name="target">What they should be.</param>
    /// <param name="gradient">Receives the gradient.</param>
    /// <param name="count">Number of outputs.</param>
    /// <param name="size">What errors are multiplied with.</param>
    /// <param name="factor">What the gradient is multiplied with.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Magnitude(
        float* output, float* target, float* gradient, int count, float size, float factor)
    {
        Vector256<float> sum = Vector256<float>.Zero;
        int i = 0;
        for (; i <= count - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            Vector256<float> difference = (Vector256.Load(output + i) - Vector256.Load(target + i)) * size;
            sum += Vector256.Abs(difference);
            WithSign(Vector256.Create(factor), difference).Store(gradient + i);
        }
        double total = Vector256.Sum(sum);
        for (; i < count; i++)
        {
            float difference = (output[i] - target[i]) * size;
            total += Math.Abs(difference);
            gradient[i] = WithSign(Vector256.Create(factor), Vector256.Create(difference)).ToScalar();
        }
        return total;
    }

    /// <summary>Σ|(output − target) · size|^power for a power above 1, and its gradient.</summary>
    /// <param name="output">The outputs.</param>
    /// <param name="target">What they should be.</param>
    /// <param name="gradient">Receives the gradient.</param>
    /// <param name="count">Number of outputs.</param>
    /// <param name="power">The power.</param>
    /// <param name="size">What errors are multiplied with.</param>
    /// <param name="factor">What |error|^(power − 1) is multiplied with in the gradient.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Power(
        float* output, float* target, float* gradient, int count, float power, float size, float factor)
    {
        Vector256<float> sum = Vector256<float>.Zero;
        int i = 0;
        for (; i <= count - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            Vector256<float> difference = (Vector256.Load(output + i) - Vector256.Load(target + i)) * size;
            sum += Power(difference, power, factor, out Vector256<float> slope);
            slope.Store(gradient + i);
        }
        double total = Vector256.Sum(sum);
        for (; i < count; i++)
        {
            total += Power(Vector256.Create((output[i] - target[i]) * size), power, factor, out Vector256<float> slope)
                .ToScalar();
            gradient[i] = slope.ToScalar();
        }
        return total;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Power(
        Vector256<float> difference, float power, float factor, out Vector256<float> gradient)
    {
        var magnitude = Vector256.Abs(difference);
        // The logarithm of 0 is −∞ and its power 0.
        var lower = Vector256.Exp(Vector256.Log(magnitude) * (power - 1));
        gradient = WithSign(lower * factor, difference);
        return lower * magnitude;
    }

    /// <summary>The value with the sign of another; 0 where that is 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> WithSign(Vector256<float> value, Vector256<float> sign) =>
        Vector256.AndNot(value | (sign & Vector256.Create(-0f)), Vector256.Equals(sign, Vector256<float>.Zero));
}
