namespace QDrop.Calibration.Ranges;

/// <summary>
/// Finds, among all candidates, the one that leaves the least sum of |error|^2.4, without that sum for most of them:
/// bounds from groups of values say which cannot be it. What it finds is what <see cref="Exhaust"/> finds.
/// </summary>
internal static unsafe class BoundedSearch
{
    /// <summary>
    /// How much a bound may be above the sum that is computed: more than rounding in both of them amounts to.
    /// </summary>
    private const double BoundError = 1e-4;

    /// <summary>
    /// Sums that differ by less may be in another order where their terms are added in another: more than twice what
    /// rounding amounts to.
    /// </summary>
    private const double Close = 2e-5;

    /// <summary>Below it, for each value in the unit of the search, powers are not exact.</summary>
    private const double SmallestError = 1e-30;

    /// <summary>Where steps are near the smallest that a grid has, those of one width may be held at it.</summary>
    private const float SmallestStep = 2 * QuantizationRange.SmallestScale;

    /// <summary>Every so many widths are looked at for a first limit.</summary>
    private const int GuessedWidths = 4;

    /// <summary>The number of the best candidate, of equal ones the first, and its sum.</summary>
    /// <param name="values">The values, all finite.</param>
    /// <param name="count">Number of values.</param>
    /// <param name="extent">The least and the greatest of them.</param>
    /// <param name="candidates">The candidates.</param>
    /// <param name="point">Stops the search.</param>
    public static (int Best, double Sum) Best(
        float* values, long count, (float Min, float Max) extent, RangeCandidates candidates, CancellationPoint point)
    {
        // Zeros have no error on any grid.
        if (extent is (0, 0))
            return (0, candidates.Error(0, values, null, count, double.PositiveInfinity));
        var groups = new ValueGroups(values, count, extent, candidates.Top, candidates.Unit);
        double least = candidates.Error(Guess(groups, candidates), values, null, count, double.PositiveInfinity);
        List<(int Index, double Bound)> contenders = Contenders(groups, candidates, least * (1 + BoundError), point);
        contenders.Sort(static (a, b) => a.Bound.CompareTo(b.Bound));
        var sums = new List<(int Index, double Sum)>();
        foreach ((int index, double bound) in contenders)
        {
            if (bound > least * (1 + BoundError))
                break;
            point.Pass();
            double sum = candidates.Error(index, values, null, count, least * (1 + Close));
            if (double.IsPositiveInfinity(sum))
                continue;
            sums.Add((index, sum));
            least = Math.Min(least, sum);
        }
        if (least <= count * SmallestError)
            return Exhaust(values, count, candidates, All(candidates), point);
        int[] close = [.. sums.Where(s => s.Sum <= least * (1 + Close)).Select(static s => s.Index).Order()];
        return close.Length == 1 ? (close[0], least) : Exhaust(values, count, candidates, close, point);
    }

    /// <summary>
    /// The first of those candidates that leave the least sum, each looked at exactly; the values' order, by which the
    /// sums are rounded, is one of their own.
    /// </summary>
    /// <param name="values">The values, all finite.</param>
    /// <param name="count">Number of values.</param>
    /// <param name="candidates">The candidates.</param>
    /// <param name="among">The numbers of those that are compared, in ascending order.</param>
    /// <param name="point">Stops the search.</param>
    public static (int Best, double Sum) Exhaust(
        float* values, long count, RangeCandidates candidates, IEnumerable<int> among, CancellationPoint point)
    {
        // The largest magnitudes first: a range too narrow for them is then given up soon.
        float[] sorted = new ReadOnlySpan<float>(values, (int)count).ToArray();
        Array.Sort(sorted, static (a, b) => Math.Abs(b).CompareTo(Math.Abs(a)));
        (int best, double least) = (0, double.PositiveInfinity);
        fixed (float* first = sorted)
        {
            foreach (int i in among)
            {
                point.Pass();
                double sum = candidates.Error(i, first, null, count, least);
                if (sum < least)
                    (best, least) = (i, sum);
            }
        }
        return (best, least);
    }

    /// <summary>The numbers of all candidates.</summary>
    public static IEnumerable<int> All(RangeCandidates candidates) => Enumerable.Range(0, candidates.Count);

    /// <summary>A candidate that will not be far from the best.</summary>
    private static int Guess(ValueGroups groups, RangeCandidates candidates)
    {
        (int best, double least) = (0, double.PositiveInfinity);
        for (int width = GuessedWidths - 1; width < RangeCandidates.Widths; width += GuessedWidths)
        {
            int i = width * candidates.PerWidth + candidates.Aligned;
            double bound = Bound(groups, candidates, i);
            if (bound < least)
                (best, least) = (i, bound);
        }
        return best;
    }

    /// <summary>The candidates whose bounds are within a limit.</summary>
    private static List<(int Index, double Bound)> Contenders(
        ValueGroups groups, RangeCandidates candidates, double limit, CancellationPoint point)
    {
        (int perWidth, List<(int, double)>? found) = (candidates.PerWidth, new List<(int, double)>());
        double[] bounds = new double[perWidth];
        for (int width = 0; width < RangeCandidates.Widths; width++)
        {
            point.Pass();
            int first = width * perWidth;
            (float scale, float _) = candidates.Grid(candidates[first]);
            if (perWidth > 1 && scale > SmallestStep)
            {
                groups.Bound(scale, bounds, limit);
            }
            else
            {
                for (int i = 0; i < perWidth; i++)
                    bounds[i] = Bound(groups, candidates, first + i);
            }
            for (int i = 0; i < perWidth; i++)
            {
                if (bounds[i] <= limit)
                    found.Add((first + i, bounds[i]));
            }
        }
        return found;
    }

    private static double Bound(ValueGroups groups, RangeCandidates candidates, int candidate)
    {
        (float scale, float lowest) = candidates.Grid(candidates[candidate]);
        return groups.Bound(scale, lowest, lowest + candidates.Top);
    }
}
