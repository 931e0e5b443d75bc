using static TorchSharp.torch;

namespace QDrop.Quantizers;

/// <summary>
/// Finds the range of a uniform grid: by least error, among 100 widths, each with every zero point where values of both signs occur, the one
/// with the least mean |error|^2.4; otherwise from the values themselves.
/// </summary>
internal static unsafe class RangeSearch
{
    private const int Widths = 100;

    // From here on a histogram decides which ranges are worth an exact look.
    private const long Many = 1 << 16;
    private const int Finalists = 16;
    private const double Margin = 1.01;

    /// <summary>One range for the whole tensor.</summary>
    /// <param name="x">Values of any shape, float32.</param>
    /// <param name="bits">Bit width.</param>
    /// <param name="name">What the values are, for error messages.</param>
    /// <param name="options">How the range is chosen.</param>
    /// <exception cref="QDropException">A value is infinite or not a number (QDROP240).</exception>
    public static QuantizationRange OfTensor(Tensor x, int bits, string name, RangeOptions? options = null)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        var dense = DenseMemory.ToDense(x.detach());
        var values = DenseMemory.Floats(dense);
        var range = Of(values, dense.NumberOfElements, Candidates.Extent(values, dense.NumberOfElements, name), bits, name, options ?? new(), parallel: true);
        GC.KeepAlive(dense);
        return range;
    }

    /// <summary>One range for each output channel.</summary>
    /// <param name="weight">A weight, float32.</param>
    /// <param name="channelAxis">The dimension that counts output channels.</param>
    /// <param name="bits">Bit width.</param>
    /// <param name="name">Whose weight it is, for error messages.</param>
    /// <param name="options">How the range is chosen.</param>
    /// <exception cref="QDropException">A value is infinite or not a number (QDROP240).</exception>
    public static QuantizationRange[] OfChannels(Tensor weight, int channelAxis, int bits, string name, RangeOptions? options = null)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        var rows = weight.detach().transpose(0, channelAxis).contiguous();
        var values = DenseMemory.Floats(rows);
        var (total, channels) = (rows.NumberOfElements, (int)rows.shape[0]);
        var length = total / channels;
        // Whether values are of one sign is asked of the whole tensor, as the published code does.
        var sign = Candidates.Extent(values, total, name);
        var ranges = new QuantizationRange[channels];
        Chunks.ForEachItem(channels, c => ranges[c] = Of(values + c * length, length, sign, bits, name, options ?? new(), parallel: false));
        GC.KeepAlive(rows);
        return ranges;
    }

    private static QuantizationRange Of(
        float* values, long count, (float Least, float Greatest) sign, int bits, string name, RangeOptions options, bool parallel)
    {
        var extent = Candidates.Extent(values, count, name);
        var candidates = new Candidates(extent, sign, bits, options);
        if (options.Observer is not (RangeObserver.LeastError or RangeObserver.AverageLeastError))
        {
            var (low, high) = options.Observer == RangeObserver.Percentile ? Percentiles.Between(values, count, extent, options.Percentile) : extent;
            var range = options.Cover(low, high, bits);
            return range with { Error = candidates.Error(range, values, null, count, double.PositiveInfinity) / count };
        }
        var finalists = count < Many ? null : Prescreen(values, count, extent, candidates, parallel);
        var (best, sum) = finalists is null ? Exhaust(values, count, candidates) : Decide(values, count, candidates, finalists);
        return candidates[best] with { Error = sum / count };
    }

    private static (int Best, double Sum) Exhaust(float* values, long count, Candidates candidates)
    {
        // The largest magnitudes first: a range too narrow for them is then given up soon.
        var sorted = new ReadOnlySpan<float>(values, (int)count).ToArray();
        Array.Sort(sorted, static (a, b) => Math.Abs(b).CompareTo(Math.Abs(a)));
        var (best, least) = (0, double.PositiveInfinity);
        fixed (float* first = sorted)
        {
            for (var i = 0; i < candidates.Count; i++)
            {
                var sum = candidates.Error(i, first, null, count, least);
                if (sum < least)
                    (best, least) = (i, sum);
            }
        }
        return (best, least);
    }

    private static int[] Prescreen(float* values, long count, (float, float) extent, Candidates candidates, bool parallel)
    {
        var (centres, counts) = Histogram.Of(values, count, extent);
        var errors = new double[candidates.Count];
        fixed (float* firstCentre = centres, firstCount = counts)
        {
            float* c = firstCentre, n = firstCount;
            void Evaluate(int width)
            {
                for (var i = width * candidates.PerWidth; i < (width + 1) * candidates.PerWidth; i++)
                    errors[i] = candidates.Error(i, c, n, centres.Length, double.PositiveInfinity);
            }

            if (parallel)
            {
                Chunks.ForEachItem(Widths, Evaluate);
            }
            else
            {
                for (var width = 0; width < Widths; width++)
                    Evaluate(width);
            }
        }
        var limit = errors.Min() * Margin;
        return [.. Enumerable.Range(0, errors.Length).Where(i => errors[i] <= limit).OrderBy(i => errors[i]).Take(Finalists).Order()];
    }

    private static (int Best, double Sum) Decide(float* values, long count, Candidates candidates, int[] finalists)
    {
        var sums = new double[finalists.Length];
        Chunks.ForEachItem(finalists.Length, i => sums[i] = candidates.Error(finalists[i], values, null, count, double.PositiveInfinity));
        return (finalists[Array.IndexOf(sums, sums.Min())], sums.Min());
    }

    /// <summary>The ranges that are tried, in the published order.</summary>
    private sealed class Candidates((float Least, float Greatest) extent, (float Least, float Greatest) sign, int bits, RangeOptions options)
    {
        private readonly float _top = (1 << bits) - 1;
        private readonly bool _positive = sign.Least >= 0;
        private readonly bool _negative = sign.Least < 0 && sign.Greatest <= 0;

        /// <summary>Ranges of one width: one for each zero point, or one in all.</summary>
        public int PerWidth { get; } = options.Symmetric || sign.Least >= 0 || sign.Greatest <= 0 ? 1 : 1 << bits;

        public int Count => Widths * PerWidth;

        public QuantizationRange this[int i]
        {
            get
            {
                var whole = PerWidth == 1
                    ? Math.Max(Math.Abs(extent.Least), extent.Greatest)
                    : Math.Max(extent.Greatest, 0) - Math.Min(extent.Least, 0);
                var width = whole / Widths * (i / PerWidth + 1);
                if (PerWidth == 1)
                    return options.Cover(_positive ? 0 : -width, _negative ? 0 : width, bits);
                var low = -(i % PerWidth) * width / _top;
                return options.Cover(low, low + width, bits);
            }
        }

        public double Error(int i, float* values, float* counts, long count, double limit) => Error(this[i], values, counts, count, limit);

        public double Error(QuantizationRange range, float* values, float* counts, long count, double limit)
        {
            var lowest = -options.ZeroPoint(range, bits);
            return QuantizationError.Sum(values, counts, count, range.Scale, lowest, lowest + _top, limit);
        }

        /// <summary>The least and the greatest value.</summary>
        public static (float Least, float Greatest) Extent(float* values, long count, string name)
        {
            var (least, greatest, finite) = Histogram.Extent(values, count);
            return finite
                ? (least, greatest)
                : throw new QDropException("QDROP240", $"Among the values of '{name}' are some that are infinite or not a number; a range can only be found for finite values. Check the weights and the calibration inputs.");
        }
    }
}
