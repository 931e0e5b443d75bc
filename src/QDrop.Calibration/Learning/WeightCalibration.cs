using QDrop.Calibration.Ranges;
using QDrop.Native;
using QDrop.Quantizers;
using QDrop.Threading;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Calibration.Learning;

/// <summary>
/// Searches the ranges of a weight, and learns its rounding (arXiv 2004.10568) and the exponents of its steps (arXiv
/// 2204.12322).
/// </summary>
/// <param name="quantizer">The weight's quantizer.</param>
internal sealed class WeightCalibration(WeightQuantizer quantizer) : WeightIntercept
{
    /// <summary>
    /// The grids among which exponents are learned, for each channel or one for all; <see langword="null"/> where they
    /// are not.
    /// </summary>
    private ExponentTable[]? _tables;

    // The weight in the order of memory in which it is learned.
    private Tensor? _learned;
    private RoundingGrid? _grid;
    private Tensor? _soft;
    private bool _isStale;
    private bool _channelsLast;

    /// <summary>How ranges are chosen.</summary>
    public RangeOptions Range { get; set; } = new();

    /// <summary>Whether each channel has a range of its own.</summary>
    public bool PerChannel { get; set; } = true;

    /// <summary>Mean |error|^2.4, rounded to nearest, of the channels' searched ranges; not a number before.</summary>
    public double RangeError { get; private set; } = double.NaN;

    /// <summary>The exponents while they are learned.</summary>
    public LearnedExponents? Exponents { get; private set; }

    /// <summary>
    /// The rounding variables while they are learned, in the weight's shape, dense. Who changes them calls
    /// <see cref="Changed"/>.
    /// </summary>
    public Tensor? Alpha { get; private set; }

    /// <inheritdoc/>
    public override bool IsActive => Alpha is not null;

    private float Top => (1 << quantizer.Bits) - 1;

    /// <summary>Searches the ranges for the quantizer's bit width.</summary>
    /// <exception cref="OperationCanceledException">The search was cancelled; the quantizer is as it was.</exception>
    public void SearchRange(CancellationToken cancellation = default)
    {
        (Tensor? weight, int bits, string? name) = (quantizer.Weight, quantizer.Bits, quantizer.Name);
        QuantizationRange[] ranges = PerChannel
            ? RangeSearch.OfChannels(weight, quantizer.ChannelAxis, bits, name, Range, cancellation)
            :
            [
                .. Enumerable.Repeat(
                    RangeSearch.OfTensor(weight, bits, name, Range, cancellation),
                    (int)weight.shape[quantizer.ChannelAxis]),
            ];
        quantizer.SetGrid(
            Array.ConvertAll(ranges, r => r.Scale), Array.ConvertAll(ranges, r => Range.ZeroPoint(r, bits)));
        RangeError = ranges.Average(r => r.Error);
        _tables =
            Range.Scale == Scale.PowerOfTwo
                ? [.. (PerChannel ? ranges : ranges[..1]).Select(static r => r.Exponents!)]
                : null;
    }

    /// <summary>Rounding is learned from now on, from where the float weight lies between two levels.</summary>
    /// <param name="channelsLast">
    /// Whether the weight of a convolution of images is learned in channels_last order, in which libtorch takes it, and
    /// gives its gradient, where images are.
    /// </param>
    /// <exception cref="InvalidOperationException">The quantizer has no ranges yet.</exception>
    public void BeginLearning(bool channelsLast = false)
    {
        if (quantizer.Scale is null || quantizer.ZeroPoint is null)
            throw new InvalidOperationException(
                $"The weight quantizer '{quantizer.Name}' has no ranges: they must be searched before its rounding is "
                    + "learned.");
        _channelsLast = channelsLast;
        _learned ??= InLearnedOrder();
        StartRounding(Spread(DenseMemory.Values(quantizer.Scale)), Spread(DenseMemory.Values(quantizer.ZeroPoint)));
    }

    /// <summary>
    /// Exponents and rounding are learned from now on, from the searched step and from where the float weight lies
    /// between two of its levels.
    /// </summary>
    /// <param name="channelsLast">As in <see cref="BeginLearning"/>.</param>
    public void BeginExponents(bool channelsLast = false)
    {
        _channelsLast = channelsLast;
        if (_tables is null)
            SearchRange();
        ExponentTable[] tables =
            _tables
            ?? throw new InvalidOperationException(
                $"The steps of the weight quantizer '{quantizer.Name}' are no powers of two.");
        _learned ??= InLearnedOrder();
        Exponents = new LearnedExponents(_learned, quantizer.ChannelAxis, tables, Top);
        // The zero point has no part in where a weight lies between two levels.
        float[] scales = Spread(Array.ConvertAll(tables, static e => e.Scale));
        StartRounding(scales, new float[scales.Length]);
    }

    /// <summary>
    /// Ends the learning of exponents; that of rounding goes on, from where the float weight lies between two levels of
    /// the grid that was found.
    /// </summary>
    /// <returns>How many exponents had settled, of how many.</returns>
    public (int Settled, int Count) HardenExponents()
    {
        ((float Scale, float ZeroPoint)[]? grids, int settled) = Exponents!.Harden();
        ExponentTable[]? tables = _tables;
        (float Scale, float ZeroPoint)[] channels = Enumerable
            .Range(0, (int)quantizer.Weight.shape[quantizer.ChannelAxis])
            .Select(c => grids[grids.Length == 1 ? 0 : c])
            .ToArray();
        quantizer.SetGrid(
            Array.ConvertAll(channels, static g => g.Scale), Array.ConvertAll(channels, static g => g.ZeroPoint));
        _tables = tables;
        BeginLearning(_channelsLast);
        return (settled, grids.Length);
    }

    /// <summary>Says that α, or what else the soft rounding depends on, has other values now.</summary>
    public void Changed() => _isStale = true;

    /// <summary>Takes the gradient of the soft weight that the last backward pass has left.</summary>
    /// <returns>
    /// The gradient in the order of memory of <see cref="Alpha"/>, which belongs to the caller; <see langword="null"/>
    /// where none has come to the weight.
    /// </returns>
    public Tensor? TakeSlope()
    {
        Tensor? gradient = _soft?.grad;
        if (gradient is null)
            return null;
        _soft!.grad = null;
        Tensor ordered = DenseMemory.InOrderOf(gradient, Alpha!);
        if (!ReferenceEquals(ordered, gradient))
            gradient.Dispose();
        return ordered;
    }

    /// <summary>
    /// Turns the gradient of the soft weight into that of α and, while they are learned, of the exponents, which stays
    /// with them.
    /// </summary>
    /// <param name="slope">What <see cref="TakeSlope"/> gave.</param>
    /// <param name="beta">β of the regulariser, whose gradient is added; <see langword="null"/> for none.</param>
    /// <param name="lambda">λ, the regulariser's weight.</param>
    /// <param name="done">
    /// Is called for each part of the gradient that is ready: with its first element and its number of elements.
    /// </param>
    /// <returns>The regulariser.</returns>
    public unsafe double Backward(Tensor slope, float? beta, float lambda, Action<long, int> done)
    {
        float* alpha = DenseMemory.Floats(Alpha!), gradient = DenseMemory.Floats(slope);
        Exponents?.Backward(alpha, gradient);
        double[] penalties = new double[Chunks.Count(slope.NumberOfElements)];
        Chunks.ForEach(
            slope.NumberOfElements,
            (chunk, first, count) =>
            {
                if (Exponents is null)
                    penalties[chunk] = LearnedRounding.Backward(
                        alpha + first, _grid!, first, gradient + first, count, beta, lambda);
                else if (beta is { } b)
                    penalties[chunk] = LearnedRounding.Regularize(alpha + first, gradient + first, count, b, lambda);
                done(first, count);
            });
        return penalties.Sum();
    }

    /// <summary>Ends learning: each weight is rounded up where its α is at least 0, else down.</summary>
    public void EndLearning()
    {
        if (Exponents is not null)
            HardenExponents();
        if (Alpha is null || _grid is null)
            return;
        Span<float> alpha = DenseMemory.Values(Alpha);
        byte[] levels = new byte[alpha.Length];
        for (int i = 0; i < levels.Length; i++)
            levels[i] = (byte)Math.Clamp(_grid.Floors[i] + (alpha[i] >= 0 ? 1 : 0) + _grid.ZeroPoints[i], 0, _grid.Top);
        quantizer.SetLevels(RowMajor(levels, Alpha));
        ForgetRounding();
    }

    /// <inheritdoc/>
    public override unsafe Tensor Value()
    {
        if (_isStale)
        {
            float* from = DenseMemory.Floats(Alpha!), to = DenseMemory.Floats(_soft!);
            if (Exponents is null)
                Chunks.ForEach(
                    Alpha!.NumberOfElements,
                    (_, first, count) => LearnedRounding.Forward(from + first, _grid!, first, to + first, count));
            else
                Exponents.Forward(from, to);
            _isStale = false;
        }
        return _soft!;
    }

    /// <inheritdoc/>
    public override void Forget()
    {
        ForgetRounding();
        (_tables, Exponents) = (null, null);
    }

    private void ForgetRounding()
    {
        Alpha?.Dispose();
        _soft?.Dispose();
        if (!ReferenceEquals(_learned, quantizer.Weight))
            _learned?.Dispose();
        (Alpha, _soft, _learned, _grid) = (null, null, null, null);
    }

    private void StartRounding(float[] scales, float[] zeroPoints)
    {
        using IDisposable _ = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Span<float> weight = DenseMemory.Values(_learned!);
        float[] floors = new float[weight.Length];
        for (int i = 0; i < floors.Length; i++)
            floors[i] = MathF.Floor(weight[i] / scales[i]);
        Alpha?.Dispose();
        Alpha = DenseMemory.EmptyLike(_learned!).DetachFromDisposeScope();
        Span<float> alpha = DenseMemory.Values(Alpha);
        for (int i = 0; i < alpha.Length; i++)
            alpha[i] = LearnedRounding.Start(weight[i] / scales[i] - floors[i]);
        _grid = new(floors, scales, zeroPoints, Top);
        _soft?.Dispose();
        _soft = DenseMemory.EmptyLike(Alpha).DetachFromDisposeScope();
        _soft.requires_grad = true;
        _isStale = true;
    }

    private Tensor InLearnedOrder()
    {
        Tensor weight = quantizer.Weight;
        if (!_channelsLast || weight.dim() != 4 || quantizer.ChannelAxis != 0)
            return weight;
        using IDisposable _ = no_grad();
        using DisposeScope scope = NewDisposeScope();
        return weight.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2).DetachFromDisposeScope();
    }

    /// <summary>
    /// Repeats each channel's value for each of its weights, in the order of memory in which they are learned.
    /// </summary>
    private float[] Spread(ReadOnlySpan<float> channels)
    {
        long[] shape = quantizer.Weight.shape;
        long inner = 1L;
        for (int d = quantizer.ChannelAxis + 1; d < shape.Length; d++)
            inner *= shape[d];
        float[] values = new float[quantizer.Weight.NumberOfElements];
        for (int i = 0; i < values.Length; i++)
            values[i] = channels[(int)(i / inner % channels.Length)];
        return values;
    }

    /// <summary>Levels in the order of memory of a tensor, brought into row-major order.</summary>
    private static byte[] RowMajor(byte[] levels, Tensor order)
    {
        if (order.is_contiguous())
            return levels;
        using IDisposable _ = no_grad();
        using DisposeScope scope = NewDisposeScope();
        long[] shape = order.shape;
        return tensor(levels, [shape[0], shape[2], shape[3], shape[1]], ScalarType.Byte)
            .permute(0, 3, 1, 2)
            .contiguous()
            .bytes.ToArray();
    }
}
