using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace QDrop.Calibration.Ranges;

/// <summary>
/// Values that lie close together as one, so that the sum of |error|^2.4 on a grid can be bounded from below without a
/// look at each of them.
/// </summary>
/// <remarks>
/// Of a group are known the number of its values, their mean, and the least and the greatest of them. Where the same
/// level is the nearest to both of these, the distance from it is a convex function of the values between them, and the
/// mean's distance to the power of 2.4 at most the mean of theirs (Jensen). Elsewhere no value is nearer to a level
/// than the mean by more than it is away from the mean. From every distance goes what rounding may add to it, so that a
/// bound is one of the sums that are computed, too.
/// </remarks>
internal sealed unsafe class ValueGroups
{
    /// <summary>
    /// Groups for each step of the widest grid: at a quarter of a step, the mean distance, a bound is then some tenths
    /// of a percent below the sum.
    /// </summary>
    private const int PerStep = 16;

    private const int Min = 256, Max = 4096;

    /// <summary>
    /// Share of a value, and of a step, by which a distance may be computed too large; that is what a few roundings
    /// add, and the scales of ranges of one width differ by.
    /// </summary>
    private const float Rounding = 1e-6f;

    private const int Lanes = 8;

    private readonly float[] _counts, _means, _least, _greatest, _reach, _slack, _errors;
    private readonly double[] _before;
    private readonly float _unit;

    /// <summary>Groups values.</summary>
    /// <param name="values">The values, all finite.</param>
    /// <param name="count">Number of values.</param>
    /// <param name="extent">The least and the greatest of them.</param>
    /// <param name="top">The highest level of the grids.</param>
    /// <param name="unit">What errors are measured in.</param>
    public ValueGroups(float* values, long count, (float Min, float Max) extent, float top, ValueUnit unit)
    {
        _unit = unit.Inverse;
        int bins = (int)Math.Clamp(PerStep * top, Min, Max);
        (double[]? sums, int[]? counts, float[]? least, float[]? greatest) = (
            new double[bins], new int[bins], new float[bins], new float[bins]);
        (float lowest, double width) = (extent.Min * _unit, ((double)extent.Max - extent.Min) * _unit);
        float factor = width > 0 ? (float)(bins / width) : 0;
        for (long i = 0L; i < count; i++)
        {
            float value = values[i];
            int bin = Math.Min((int)((value * _unit - lowest) * factor), bins - 1);
            if (counts[bin]++ == 0)
            {
                (sums[bin], least[bin], greatest[bin]) = (value, value, value);
                continue;
            }
            sums[bin] += value;
            least[bin] = Math.Min(least[bin], value);
            greatest[bin] = Math.Max(greatest[bin], value);
        }
        Count = counts.Count(static c => c > 0);
        int room = (Count + Lanes - 1) / Lanes * Lanes;
        (_counts, _means, _least, _greatest) = (new float[room], new float[room], new float[room], new float[room]);
        (_reach, _slack, _errors, _before) = (new float[room], new float[room], new float[room], new double[room + 1]);
        int next = 0;
        for (int bin = 0; bin < bins; bin++)
        {
            if (counts[bin] == 0)
                continue;
            float mean = (float)(sums[bin] / counts[bin]);
            (_counts[next], _means[next], _least[next], _greatest[next]) = (
                counts[bin], mean, least[bin], greatest[bin]);
            _reach[next] = Math.Max(mean - least[bin], greatest[bin] - mean);
            _slack[next++] = Math.Max(Math.Abs(least[bin]), Math.Abs(greatest[bin])) * Rounding;
        }
    }

    /// <summary>Number of groups.</summary>
    public int Count { get; }

    /// <summary>At most the sum of |error|^2.4, in the unit, over the values.</summary>
    /// <param name="scale">Step of the grid.</param>
    /// <param name="low">Lowest level, counted from the one that stands for 0.</param>
    /// <param name="high">Highest level, counted likewise.</param>
    public double Bound(float scale, float low, float high)
    {
        Fill(scale, low, high);
        double sum = 0.0;
        for (int g = 0; g < Count; g++)
            sum += _errors[g];
        return sum;
    }

    /// <summary>Bounds for all grids of one step.</summary>
    /// <param name="scale">The step.</param>
    /// <param name="bounds">
    /// Gets at each zero point the bound of the grid whose lowest level is that many below 0; infinity where the values
    /// outside of the grid alone exceed the limit. As many as there are levels.
    /// </param>
    /// <param name="limit">Greater bounds do not matter.</param>
    public void Bound(float scale, Span<double> bounds, double limit)
    {
        int top = bounds.Length - 1;
        Span<double> above = stackalloc double[bounds.Length], below = stackalloc double[bounds.Length];
        Span<int> firstAbove = stackalloc int[bounds.Length], countBelow = stackalloc int[bounds.Length];
        int lowestHigh = Above(scale, above, firstAbove, limit);
        int lowestDepth = Below(scale, below, countBelow, limit);
        bounds.Fill(double.PositiveInfinity);
        if (lowestDepth > top - lowestHigh)
            return;
        Fill(scale, float.NegativeInfinity, float.PositiveInfinity);
        for (int g = 0; g < Count; g++)
            _before[g + 1] = _before[g] + _errors[g];
        // Differences of long sums lose what the last digits say.
        double lost = _before[Count] * 1e-11;
        for (int zero = lowestDepth; zero <= top - lowestHigh; zero++)
            bounds[zero] =
                above[top - zero]
                + below[zero]
                + Math.Max(0, _before[firstAbove[top - zero]] - _before[countBelow[zero]] - lost);
    }

    /// <summary>What the groups above grids contribute, for each highest level.</summary>
    /// <returns>The least level at which that is within the limit.</returns>
    private int Above(float scale, Span<double> sums, Span<int> first, double limit)
    {
        (float inverse, int next) = (1 / scale, Count);
        for (int level = sums.Length - 1; level >= 0; level--)
        {
            while (next > 0 && MathF.Round(_least[next - 1] * inverse) > level)
                next--;
            first[level] = next;
            sums[level] = Outside(next, Count, level * scale, scale);
            if (sums[level] > limit)
                return level + 1;
        }
        return 0;
    }

    /// <summary>What the groups below grids contribute, for each number of levels below 0.</summary>
    /// <returns>The least number at which that is within the limit.</returns>
    private int Below(float scale, Span<double> sums, Span<int> count, double limit)
    {
        (float inverse, int next) = (1 / scale, 0);
        for (int depth = sums.Length - 1; depth >= 0; depth--)
        {
            while (next < Count && MathF.Round(_greatest[next] * inverse) < -depth)
                next++;
            count[depth] = next;
            sums[depth] = Outside(0, next, -depth * scale, scale);
            if (sums[depth] > limit)
                return depth + 1;
        }
        return 0;
    }

    /// <summary>What groups contribute whose values are all on the same side of the grid's end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double Outside(int first, int end, float edge, float scale)
    {
        (double sum, Vector256<float> edges, Vector256<float> coarse) = (
            0.0, Vector256.Create(edge), Vector256.Create(scale * Rounding));
        fixed (float* counts = _counts, means = _means, slack = _slack)
        {
            int g = first;
            for (; g <= end - Lanes; g += Lanes)
                sum += Vector256.Sum(
                    Vector256.Load(counts + g)
                        * Distance(Vector256.Load(means + g), edges, Vector256.Load(slack + g) + coarse));
            for (; g < end; g++)
                sum +=
                    counts[g]
                    * Distance(Vector256.Create(means[g]), edges, Vector256.Create(slack[g]) + coarse).ToScalar();
        }
        return sum;
    }

    /// <summary>What each group contributes on one grid.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Fill(float scale, float low, float high)
    {
        (Vector256<float> inverse, Vector256<float> step, Vector256<float> coarse) = (
            Vector256.Create(1 / scale), Vector256.Create(scale), Vector256.Create(scale * Rounding));
        (Vector256<float> lowest, Vector256<float> highest) = (Vector256.Create(low), Vector256.Create(high));
        fixed (
            float* counts = _counts,
                means = _means,
                least = _least,
                greatest = _greatest,
                reach = _reach,
                slack = _slack,
                errors = _errors
        )
        {
            for (int g = 0; g < Count; g += Lanes)
            {
                var mean = Vector256.Load(means + g);
                Vector256<float> nearest = Level(mean, inverse, lowest, highest);
                var same = Vector256.Equals(
                    Level(Vector256.Load(least + g), inverse, lowest, highest),
                    Level(Vector256.Load(greatest + g), inverse, lowest, highest));
                Vector256<float> less =
                    Vector256.AndNot(Vector256.Load(reach + g), same) + Vector256.Load(slack + g) + coarse;
                (Vector256.Load(counts + g) * Distance(mean, nearest * step, less)).Store(errors + g);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Level(
        Vector256<float> value,
        Vector256<float> inverse,
        Vector256<float> lowest,
        Vector256<float> highest
    ) => Vector256.MinNative(Vector256.MaxNative(Vector256.Round(value * inverse), lowest), highest);

    /// <summary>The distance from a value to a level, less what it may be too large, to the power of 2.4.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector256<float> Distance(Vector256<float> value, Vector256<float> level, Vector256<float> less) =>
        QuantizationError.Power(Vector256.Max(Vector256.Abs(level - value) - less, Vector256<float>.Zero) * _unit);
}
