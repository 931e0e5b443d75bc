using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using QDrop.Calibration.Memory;

namespace QDrop.Calibration.Ranges;

/// <summary>Sums of |error|^2.4 that a uniform grid leaves, the measure by which ranges are chosen.</summary>
internal static unsafe class QuantizationError
{
    // A sum is compared with its limit after so many elements.
    private const int Block = 256;

    // After so many the pages that they may lie in are let go.
    private const int Passed = 1 << 20;

    // x^2.4 over [1, 2) as a polynomial in x − 1.5; its relative error is below 1e-8.
    private const float M0 = 2.64617781f, M1 = 4.23388448f, M2 = 1.97581215f, M3 = 0.175628056f;
    private const float M4 = -0.0175506826f, M5 = 0.00374166081f, M6 = -0.00115828999f, M7 = 0.000402818755f;

    // 2^(r / 5) for r = 0, 1, 2, 3, 4 as the polynomial through these points.
    private const float R1 = 0.1386164947f, R2 = 0.009635732348f, R3 = 0.0004257568972f, R4 = 2.037105e-05f;

    /// <summary>Sum over values of |(clamp(round(v / scale), low, high) · scale − v) · unit|^2.4.</summary>
    /// <param name="values">The values.</param>
    /// <param name="counts">How often each value occurs, or <see langword="null"/> for once each.</param>
    /// <param name="count">Number of values.</param>
    /// <param name="scale">Step of the grid.</param>
    /// <param name="low">Lowest level, counted from the one that stands for 0.</param>
    /// <param name="high">Highest level, counted likewise.</param>
    /// <param name="unit">What errors are multiplied with before their powers are taken.</param>
    /// <param name="limit">Where the sum exceeds this, the rest does not matter.</param>
    /// <returns>The sum, or infinity if it exceeds <paramref name="limit"/>.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Sum(
        float* values, float* counts, long count, float scale, float low, float high, float unit, double limit)
    {
        // A tie in rounding leaves the same error either way, so the reciprocal serves.
        var inverse = Vector256.Create(1 / scale);
        var step = Vector256.Create(scale);
        var lowest = Vector256.Create(low);
        var highest = Vector256.Create(high);
        var units = Vector256.Create(unit);
        double sum = 0.0;
        for (long start = 0L; start < count; start += Block)
        {
            long end = Math.Min(count, start + Block);
            Vector256<float> part = Vector256<float>.Zero;
            long i = start;
            for (; i <= end - Vector256<float>.Count; i += Vector256<float>.Count)
            {
                Vector256<float> power = Error(Vector256.Load(values + i), inverse, step, lowest, highest, units);
                part += counts == null ? power : power * Vector256.Load(counts + i);
            }
            for (; i < end; i++)
            {
                float power = Error(Vector256.Create(values[i]), inverse, step, lowest, highest, units)
                    .ToScalar();
                sum += counts == null ? power : power * counts[i];
            }
            sum += Vector256.Sum(part);
            if ((start & (Passed - 1)) == 0 && start > 0)
                MappedPages.Passed(Passed * sizeof(float));
            if (sum > limit)
                return double.PositiveInfinity;
        }
        return sum;
    }

    /// <summary>x^2.4 for x ≥ 0, to 1e-6 relative; below 2^-52 it is taken for less than 1e-37.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<float> Power(Vector256<float> x)
    {
        Vector256<int> bits = x.AsInt32();
        Vector256<int> exponent = (bits >> 23) - Vector256.Create(127);
        Vector256<float> u =
            (bits & Vector256.Create(0x007FFFFF) | Vector256.Create(0x3F800000)).AsSingle() - Vector256.Create(1.5f);
        var mantissa = Vector256.MultiplyAddEstimate(Vector256.Create(M7), u, Vector256.Create(M6));
        mantissa = Vector256.MultiplyAddEstimate(mantissa, u, Vector256.Create(M5));
        mantissa = Vector256.MultiplyAddEstimate(mantissa, u, Vector256.Create(M4));
        mantissa = Vector256.MultiplyAddEstimate(mantissa, u, Vector256.Create(M3));
        mantissa = Vector256.MultiplyAddEstimate(mantissa, u, Vector256.Create(M2));
        mantissa = Vector256.MultiplyAddEstimate(mantissa, u, Vector256.Create(M1));
        mantissa = Vector256.MultiplyAddEstimate(mantissa, u, Vector256.Create(M0));

        // 2^(2.4·k) = 2^q · 2^(r/5) with 12·k = 5·q + r.
        var k = Vector256.ConvertToSingle(exponent);
        var q = Vector256.Floor(Vector256.MultiplyAddEstimate(k, Vector256.Create(2.4f), Vector256.Create(0.05f)));
        var r = Vector256.MultiplyAddEstimate(q, Vector256.Create(-5f), k * Vector256.Create(12f));
        var root = Vector256.MultiplyAddEstimate(Vector256.Create(R4), r, Vector256.Create(R3));
        root = Vector256.MultiplyAddEstimate(root, r, Vector256.Create(R2));
        root = Vector256.MultiplyAddEstimate(root, r, Vector256.Create(R1));
        root = Vector256.MultiplyAddEstimate(root, r, Vector256<float>.One);
        var whole = Vector256.ConvertToInt32(
            Vector256.Min(Vector256.Max(q, Vector256.Create(-126f)), Vector256.Create(127f)));
        return mantissa * root * (whole + Vector256.Create(127) << 23).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Error(
        Vector256<float> value,
        Vector256<float> inverse,
        Vector256<float> step,
        Vector256<float> lowest,
        Vector256<float> highest,
        Vector256<float> unit)
    {
        var level = Vector256.MinNative(Vector256.MaxNative(Vector256.Round(value * inverse), lowest), highest);
        return Power(Vector256.Abs(level * step - value) * unit);
    }
}
