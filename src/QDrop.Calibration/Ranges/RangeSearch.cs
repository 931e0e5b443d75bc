using QDrop.Native;
using QDrop.Threading;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Calibration.Ranges;

/// <summary>
/// Finds the range of a uniform grid: by least error, among 100 widths, each with every zero point where values of both
/// signs occur, the one with the least mean |error|^2.4; otherwise from the values themselves.
/// </summary>
internal static unsafe class RangeSearch
{
    // From here on a histogram decides which ranges are worth an exact look.
    private const long Many = 1 << 16;
    private const int Finalists = 16;
    private const double Margin = 1.01;

    /// <summary>One range for the whole tensor.</summary>
    /// <param name="x">Values of any shape, float32.</param>
    /// <param name="bits">Bit width.</param>
    /// <param name="name">What the values are, for error messages.</param>
    /// <param name="options">How the range is chosen.</param>
    /// <param name="point">Stops the search.</param>
    /// <exception cref="QDropException">A value is infinite or not a number (QDROP240).</exception>
    /// <exception cref="OperationCanceledException">The search was cancelled.</exception>
    public static QuantizationRange OfTensor(
        Tensor x, int bits, string name, RangeOptions? options = null, CancellationPoint point = default)
    {
        using IDisposable _ = no_grad();
        using DisposeScope scope = NewDisposeScope();
        point.Pass();
        Tensor dense = DenseMemory.ToDense(x.detach());
        float* values = DenseMemory.Floats(dense);
        QuantizationRange range = Of(
            values,
            dense.NumberOfElements,
            Extent(values, dense.NumberOfElements, name),
            bits,
            name,
            options ?? new(),
            parallel: true,
            point);
        GC.KeepAlive(dense);
        return range;
    }

    /// <summary>One range for each output channel.</summary>
    /// <param name="weight">A weight, float32.</param>
    /// <param name="channelAxis">The dimension that counts output channels.</param>
    /// <param name="bits">Bit width.</param>
    /// <param name="name">Whose weight it is, for error messages.</param>
    /// <param name="options">How the range is chosen.</param>
    /// <param name="point">Stops the search.</param>
    /// <exception cref="QDropException">A value is infinite or not a number (QDROP240).</exception>
    /// <exception cref="OperationCanceledException">The search was cancelled.</exception>
    public static QuantizationRange[] OfChannels(
        Tensor weight,
        int channelAxis,
        int bits,
        string name,
        RangeOptions? options = null,
        CancellationPoint point = default)
    {
        using IDisposable _ = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor rows = weight.detach().transpose(0, channelAxis).contiguous();
        float* values = DenseMemory.Floats(rows);
        (long total, int channels) = (rows.NumberOfElements, (int)rows.shape[0]);
        long length = total / channels;
        // Whether values are of one sign is asked of the whole tensor, as the published code does.
        (float Min, float Max) sign = Extent(values, total, name);
        var ranges = new QuantizationRange[channels];
        Chunks.ForEachItem(channels, c =>
        {
            point.Pass();
            ranges[c] = Of(values + c * length, length, sign, bits, name, options ?? new(), parallel: false, point);
        }, point.Token);
        GC.KeepAlive(rows);
        return ranges;
    }

    private static QuantizationRange Of(
        float* values,
        long count,
        (float Min, float Max) sign,
        int bits,
        string name,
        RangeOptions options,
        bool parallel,
        CancellationPoint point)
    {
        (float Min, float Max) extent = Extent(values, count, name);
        var candidates = new RangeCandidates(extent, sign, bits, options);
        if (!options.Observer.Traits.IsSearch)
        {
            (float low, float high) =
                options.Observer == RangeObserver.Percentile
                    ? Percentiles.Between(values, count, extent, options.Percentile)
                    : extent;
            QuantizationRange range = options.Cover(low, high, bits);
            return Fit(
                range with
                {
                    Error = Mean(candidates.Error(range, values, null, count, double.PositiveInfinity)),
                });
        }
        (int best, double sum) = count < Many
            ? BoundedSearch.Best(values, count, extent, candidates, point)
            : Decide(values, count, candidates, Prescreen(values, count, extent, candidates, parallel, point), point);
        return Fit(candidates[best] with { Error = Mean(sum) });

        double Mean(double errors) => errors / count * candidates.Unit.Error;

        QuantizationRange Fit(QuantizationRange free) =>
            PowerOfTwoSearch.Fit(values, count, extent, free, bits, name, options);
    }

    private static int[] Prescreen(
        float* values,
        long count,
        (float, float) extent,
        RangeCandidates candidates,
        bool parallel,
        CancellationPoint point)
    {
        (float[]? centres, float[]? counts) = Histogram.Of(values, count, extent, point);
        double[] errors = new double[candidates.Count];
        fixed (float* firstCentre = centres, firstCount = counts)
        {
            float* c = firstCentre, n = firstCount;
            void Evaluate(int width)
            {
                point.Pass();
                for (int i = width * candidates.PerWidth; i < (width + 1) * candidates.PerWidth; i++)
                    errors[i] = candidates.Error(i, c, n, centres.Length, double.PositiveInfinity);
            }

            if (parallel)
            {
                Chunks.ForEachItem(RangeCandidates.Widths, Evaluate, point.Token);
            }
            else
            {
                for (int width = 0; width < RangeCandidates.Widths; width++)
                    Evaluate(width);
            }
        }
        double limit = errors.Min() * Margin;
        return
        [
            .. Enumerable
                .Range(0, errors.Length)
                .Where(i => errors[i] <= limit)
                .OrderBy(i => errors[i])
                .Take(Finalists)
                .Order(),
        ];
    }

    private static (int Best, double Sum) Decide(
        float* values, long count, RangeCandidates candidates, int[] finalists, CancellationPoint point)
    {
        double[] sums = new double[finalists.Length];
        Chunks.ForEachItem(finalists.Length, i =>
        {
            point.Pass();
            sums[i] = candidates.Error(finalists[i], values, null, count, double.PositiveInfinity);
        }, point.Token);
        return (finalists[Array.IndexOf(sums, sums.Min())], sums.Min());
    }

    /// <summary>The least and the greatest value.</summary>
    private static (float Min, float Max) Extent(float* values, long count, string name)
    {
        (float least, float greatest, bool finite) = Histogram.Extent(values, count);
        return finite
            ? (least, greatest)
            : throw new QDropException(
                Codes.Diverged,
                $"Among the values of '{name}' are some that are infinite or not a number; a range can only be found "
                    + "for finite values. Check the weights and the calibration inputs.");
    }
}
