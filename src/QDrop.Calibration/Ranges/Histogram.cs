using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using QDrop.Calibration.Memory;

namespace QDrop.Calibration.Ranges;

/// <summary>Extent and distribution of many values.</summary>
internal static unsafe class Histogram
{
    private const int Bins = 8192;

    /// <summary>Values between two looks at whether the search is still wanted: some milliseconds.</summary>
    private const long Part = 1 << 20;

    /// <summary>The least and the greatest value, and whether all are finite.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static (float Min, float Max, bool Finite) Extent(float* values, long count)
    {
        if (count == 0)
            return (0, 0, true);
        var low = Vector256.Create(values[0]);
        Vector256<float> high = low;
        Vector256<float> finite = Vector256<float>.AllBitsSet;
        var largest = Vector256.Create(float.MaxValue);
        long i = 0L;
        for (; i <= count - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            var value = Vector256.Load(values + i);
            low = Vector256.MinNative(value, low);
            high = Vector256.MaxNative(value, high);
            finite &= Vector256.LessThanOrEqual(Vector256.Abs(value), largest);
            if ((i & (Part - 1)) == 0)
                MappedPages.Passed(Part * sizeof(float));
        }
        (float least, float greatest) = (values[0], values[0]);
        bool allFinite = Vector256.EqualsAll(finite.AsInt32(), Vector256<int>.AllBitsSet);
        for (int lane = 0; lane < Vector256<float>.Count; lane++)
            (least, greatest) = (Math.Min(least, low[lane]), Math.Max(greatest, high[lane]));
        for (; i < count; i++)
        {
            (least, greatest) = (Math.Min(least, values[i]), Math.Max(greatest, values[i]));
            allFinite &= float.IsFinite(values[i]);
        }
        return (least, greatest, allFinite);
    }

    /// <summary>Groups values that lie close together.</summary>
    /// <param name="values">The values, all finite.</param>
    /// <param name="count">Number of values.</param>
    /// <param name="extent">The least and the greatest of them.</param>
    /// <param name="point">Stops it.</param>
    /// <returns>The mean of each group and how many values it has.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static (float[] Means, float[] Counts) Of(
        float* values, long count, (float Min, float Max) extent, CancellationPoint point = default)
    {
        double[] sums = new double[Bins];
        long[] counts = new long[Bins];
        float unit = ValueUnit.Of(extent).Inverse, least = extent.Min * unit;
        double width = ((double)extent.Max - extent.Min) * unit;
        float factor = width > 0 ? (float)(Bins / width) : 0;
        for (long start = 0L; start < count; start += Part)
        {
            point.Pass();
            for (long i = start; i < Math.Min(count, start + Part); i++)
            {
                int bin = Math.Min((int)((values[i] * unit - least) * factor), Bins - 1);
                sums[bin] += values[i];
                counts[bin]++;
            }
            MappedPages.Passed(Part * sizeof(float));
        }
        int[] used = Enumerable.Range(0, Bins).Where(bin => counts[bin] > 0).ToArray();
        return (
            Array.ConvertAll(used, bin => (float)(sums[bin] / counts[bin])),
            Array.ConvertAll(used, bin => (float)counts[bin]));
    }
}
