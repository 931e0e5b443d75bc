using QDrop.Calibration.Memory;

namespace QDrop.Calibration.Ranges;

/// <summary>Exact percentiles of many values, without sorting them all.</summary>
internal static unsafe class Percentiles
{
    private const int Bins = 4096;

    /// <summary>The ends between which lie all values but the two tails.</summary>
    /// <param name="values">The values, all finite.</param>
    /// <param name="count">Number of values.</param>
    /// <param name="extent">The least and the greatest of them.</param>
    /// <param name="percentile">
    /// Share of the values, above 50 and at most 100 %, that is below the upper end, as many are above the lower.
    /// </param>
    public static (float Low, float High) Between(
        float* values, long count, (float Min, float Max) extent, double percentile)
    {
        if (count == 0 || percentile >= 100)
            return extent;
        double rank = percentile / 100 * (count - 1);
        var ranks = new RankedValues(values, count, extent);
        return (ranks.At(count - 1 - rank), ranks.At(rank));
    }

    /// <summary>Values grouped by size, so that only the group in which a rank falls needs to be sorted.</summary>
    private sealed class RankedValues
    {
        private readonly float* _values;
        private readonly long _count;
        private readonly float _unit, _least, _factor;
        private readonly long[] _sizes = new long[Bins];

        public RankedValues(float* values, long count, (float Min, float Max) extent)
        {
            _values = values;
            _count = count;
            _unit = ValueUnit.Of(extent).Inverse;
            _least = extent.Min * _unit;
            double width = ((double)extent.Max - extent.Min) * _unit;
            _factor = width > 0 ? (float)(Bins / width) : 0;
            for (long i = 0L; i < count; i++)
            {
                _sizes[BinOf(values[i])]++;
                Look(i);
            }
        }

        /// <summary>The value at a rank, from 0; between two ranks on the line between their values.</summary>
        public float At(double rank)
        {
            long whole = Math.Clamp((long)Math.Floor(rank), 0, _count - 1);
            float low = At(whole);
            double share = rank - whole;
            return share <= 0 || whole == _count - 1 ? low : (float)(low + share * ((double)At(whole + 1) - low));
        }

        private float At(long rank)
        {
            (int bin, long before) = (0, 0L);
            while (before + _sizes[bin] <= rank)
                before += _sizes[bin++];
            var group = new List<float>((int)Math.Min(_sizes[bin], int.MaxValue));
            for (long i = 0L; i < _count; i++)
            {
                if (BinOf(_values[i]) == bin)
                    group.Add(_values[i]);
                Look(i);
            }
            group.Sort();
            return group[(int)(rank - before)];
        }

        /// <summary>A value was looked at: from time to time the pages that values may lie in are let go.</summary>
        private static void Look(long i)
        {
            if ((i & ((1 << 20) - 1)) == 0)
                MappedPages.Passed(sizeof(float) << 20);
        }

        private int BinOf(float value) => Math.Clamp((int)((value * _unit - _least) * _factor), 0, Bins - 1);
    }
}
