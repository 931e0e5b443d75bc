using QDrop.Quantizers;

namespace QDrop.Calibration.Ranges;

/// <summary>Finds the power of two for the step of a range that was searched with any step.</summary>
internal static unsafe class PowerOfTwoSearch
{
    /// <summary>Exponents below and above the one at the searched step that are tried.</summary>
    private const int Below = 1, Above = 2;

    /// <summary>
    /// So many values are tried with every zero point, more only with those that keep an end or the middle of the
    /// range.
    /// </summary>
    private const long Few = 1 << 16;

    /// <summary>
    /// The grid as the options want it: the nearest exponent, or that with the least error among its neighbours.
    /// </summary>
    /// <param name="values">The values that the range was searched for.</param>
    /// <param name="count">Number of values.</param>
    /// <param name="extent">The least and the greatest of them.</param>
    /// <param name="free">The range, with any step.</param>
    /// <param name="bits">Bit width.</param>
    /// <param name="name">What the values are, for error messages.</param>
    /// <param name="options">Which steps there may be.</param>
    public static QuantizationRange Fit(
        float* values,
        long count,
        (float Min, float Max) extent,
        QuantizationRange free,
        int bits,
        string name,
        RangeOptions options)
    {
        if (options.Scale == Scale.Free)
            return free;
        QuantizationRange nearest = Nearest(free, bits, name, options);
        var unit = ValueUnit.Of(extent);
        if (options.Scale == Scale.NearestPowerOfTwo)
        {
            double error = Sum(values, count, extent, nearest, bits, options, double.PositiveInfinity);
            return nearest with { Error = error / count * unit.Error };
        }
        ExponentTable table = Exponents(free);
        (QuantizationRange best, double least) = (nearest, double.PositiveInfinity);
        for (int exponent = table.First; exponent <= table.Last; exponent++)
        {
            (QuantizationRange range, double sum) = OfExponent(values, count, extent, free, exponent, bits, options);
            (table.ZeroPoints[exponent - table.First], table.Errors[exponent - table.First]) = (
                options.ZeroPoint(range, bits), sum / count * unit.Error);
            if (sum < least)
                (best, least) = (range, sum);
        }
        return best with { Error = least / count * unit.Error, Exponents = table };
    }

    /// <summary>The grid of a range whose values are not at hand: the nearest exponent.</summary>
    /// <param name="free">The range, with any step.</param>
    /// <param name="bits">Bit width.</param>
    /// <param name="name">What it is of, for error messages.</param>
    /// <param name="options">Which steps there may be.</param>
    public static QuantizationRange Nearest(QuantizationRange free, int bits, string name, RangeOptions options)
    {
        if (options.Scale == Scale.Free)
            return free;
        PowerOfTwo.Check(free.Scale, name);
        ExponentTable table = Exponents(free);
        for (int exponent = table.First; exponent <= table.Last; exponent++)
            table.ZeroPoints[exponent - table.First] = options.ZeroPoint(
                free with
                {
                    ZeroPoint = free.ZeroPointAt(exponent, Top(bits)),
                },
                bits);
        int nearest = PowerOfTwo.Nearest(free.Scale);
        return free with
        {
            Scale = PowerOfTwo.Step(nearest),
            ZeroPoint = free.ZeroPointAt(nearest, Top(bits)),
            Exponents = table,
        };
    }

    private static ExponentTable Exponents(QuantizationRange free)
    {
        int floor = PowerOfTwo.Floor(free.Scale);
        (int first, int last) = (
            Math.Max(floor - Below, PowerOfTwo.MinExponent), Math.Min(floor + Above, PowerOfTwo.MaxExponent));
        int length = last - first + 1;
        return new(free.Scale, first, new float[length], [.. Enumerable.Repeat(double.NaN, length)]);
    }

    /// <summary>The grid with the least error of those with an exponent.</summary>
    private static (QuantizationRange Range, double Sum) OfExponent(
        float* values,
        long count,
        (float Min, float Max) extent,
        QuantizationRange free,
        int exponent,
        int bits,
        RangeOptions options)
    {
        (QuantizationRange best, double least) = (
            free with
            {
                Scale = PowerOfTwo.Step(exponent),
                ZeroPoint = free.ZeroPointAt(exponent, Top(bits)),
            },
            double.PositiveInfinity);
        foreach (float zeroPoint in ZeroPoints(extent, free, exponent, count, bits, options))
        {
            QuantizationRange range = best with { ZeroPoint = zeroPoint };
            double sum = Sum(values, count, extent, range, bits, options, least);
            if (sum < least)
                (best, least) = (range, sum);
        }
        return (best, least);
    }

    private static double Sum(
        float* values,
        long count,
        (float Min, float Max) extent,
        QuantizationRange range,
        int bits,
        RangeOptions options,
        double limit)
    {
        float lowest = -options.ZeroPoint(range, bits);
        float unit = ValueUnit.Of(extent).Inverse;
        return QuantizationError.Sum(values, null, count, range.Scale, lowest, lowest + Top(bits), unit, limit);
    }

    private static IEnumerable<float> ZeroPoints(
        (float Min, float Max) extent, QuantizationRange free, int exponent, long count, int bits, RangeOptions options)
    {
        float top = Top(bits);
        // Where all values have one sign, the grid goes on beginning or ending at 0.
        if (options.IsZeroPointKnown || extent.Min >= 0 || extent.Max <= 0)
            return [free.ZeroPoint];
        if (count < Few)
            return Enumerable.Range(0, 1 << bits).Select(static z => (float)z);
        float ratio = free.Scale / PowerOfTwo.Step(exponent),
            low = free.ZeroPoint * ratio,
            high = top - (top - free.ZeroPoint) * ratio;
        return new[] { low, (low + high) / 2, high }.Select(z => Math.Clamp(MathF.Round(z), 0, top)).Distinct();
    }

    private static float Top(int bits) => (1 << bits) - 1;
}
