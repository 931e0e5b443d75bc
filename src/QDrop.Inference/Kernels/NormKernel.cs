using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace QDrop.Kernels;

/// <summary>Rows with mean 0 and variance 1, in an order that is one for all processors.</summary>
internal static class NormKernel
{
    /// <summary>(x − mean) / √(variance + epsilon) · weight + bias.</summary>
    /// <param name="x">The row.</param>
    /// <param name="y">Receives the result.</param>
    /// <param name="epsilon">What is added to the variance.</param>
    /// <param name="weight">What elements are multiplied by; empty for 1.</param>
    /// <param name="bias">What is added to them; empty for 0. There is none without weights.</param>
    public static void Normalize(
        ReadOnlySpan<float> x, Span<float> y, float epsilon, ReadOnlySpan<float> weight, ReadOnlySpan<float> bias)
    {
        float mean = Dot.Sum(x) / x.Length;
        Subtract(x, y, mean);
        float factor = 1 / MathF.Sqrt((Dot.Product(y, y) / x.Length) + epsilon);
        Scale(y, factor, weight, bias);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Subtract(ReadOnlySpan<float> x, Span<float> y, float mean)
    {
        ref float from = ref MemoryMarshal.GetReference(x), to = ref MemoryMarshal.GetReference(y);
        var means = Vector512.Create(mean);
        int i = 0;
        for (; i <= x.Length - Vector512<float>.Count; i += Vector512<float>.Count)
            (Vector512.LoadUnsafe(ref from, (nuint)i) - means).StoreUnsafe(ref to, (nuint)i);
        for (; i < x.Length; i++)
            y[i] = x[i] - mean;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Scale(Span<float> y, float factor, ReadOnlySpan<float> weight, ReadOnlySpan<float> bias)
    {
        ref float to = ref MemoryMarshal.GetReference(y), w = ref MemoryMarshal.GetReference(weight),
            b = ref MemoryMarshal.GetReference(bias);
        var factors = Vector512.Create(factor);
        int i = 0;
        for (; i <= y.Length - Vector512<float>.Count; i += Vector512<float>.Count)
        {
            Vector512<float> value = Vector512.LoadUnsafe(ref to, (nuint)i) * factors;
            if (!bias.IsEmpty)
            {
                value = Vector512.FusedMultiplyAdd(
                    value, Vector512.LoadUnsafe(ref w, (nuint)i), Vector512.LoadUnsafe(ref b, (nuint)i));
            }
            else if (!weight.IsEmpty)
            {
                value *= Vector512.LoadUnsafe(ref w, (nuint)i);
            }
            value.StoreUnsafe(ref to, (nuint)i);
        }
        for (; i < y.Length; i++)
        {
            float value = y[i] * factor;
            y[i] = !bias.IsEmpty ? MathF.FusedMultiplyAdd(value, weight[i], bias[i])
                : weight.IsEmpty ? value : value * weight[i];
        }
    }
}
