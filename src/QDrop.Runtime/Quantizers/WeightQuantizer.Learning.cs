using static TorchSharp.torch;

namespace QDrop.Quantizers;

/// <content>How rounding is learned (arXiv 2004.10568).</content>
public sealed partial class WeightQuantizer
{
    // The weight in the order of memory in which it is learned.
    private Tensor? _learned;
    private RoundingGrid? _grid;
    private Tensor? _soft;
    private bool _isStale;
    private bool _channelsLast;

    /// <summary>
    /// The rounding variables while they are learned, in <see cref="Weight"/>'s shape, dense. Who changes them calls <see cref="Changed"/>.
    /// </summary>
    internal Tensor? Alpha { get; private set; }

    /// <summary>Rounding is learned from now on, from where the float weight lies between two levels.</summary>
    /// <param name="channelsLast">
    /// Whether the weight of a convolution of images is learned in channels_last order, in which libtorch takes it, and gives its gradient,
    /// where images are.
    /// </param>
    internal void BeginLearning(bool channelsLast = false)
    {
        _channelsLast = channelsLast;
        _learned ??= InLearnedOrder();
        StartRounding(Grid(_learned));
    }

    /// <summary>Says that α, or what else the soft rounding depends on, has other values now.</summary>
    internal void Changed() => _isStale = true;

    /// <summary>Takes the gradient of the soft weight that the last backward pass has left.</summary>
    /// <returns>
    /// The gradient in the order of memory of <see cref="Alpha"/>, which belongs to the caller; <see langword="null"/> where none has come to
    /// the weight.
    /// </returns>
    internal Tensor? TakeSlope()
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

    /// <summary>Turns the gradient of the soft weight into that of α and, while they are learned, of the exponents, which stays with them.</summary>
    /// <param name="slope">What <see cref="TakeSlope"/> gave.</param>
    /// <param name="beta">β of the regulariser, whose gradient is added; <see langword="null"/> for none.</param>
    /// <param name="lambda">λ, the regulariser's weight.</param>
    /// <param name="done">Is called for each part of the gradient that is ready: with its first element and its number of elements.</param>
    /// <returns>The regulariser.</returns>
    internal unsafe double Backward(Tensor slope, float? beta, float lambda, Action<long, int> done)
    {
        float* alpha = DenseMemory.Floats(Alpha!), gradient = DenseMemory.Floats(slope);
        Exponents?.Backward(alpha, gradient);
        var penalties = new double[Chunks.Count(slope.NumberOfElements)];
        Chunks.ForEach(slope.NumberOfElements, (chunk, first, count) =>
        {
            if (Exponents is null)
                penalties[chunk] = LearnedRounding.Backward(alpha + first, _grid!, first, gradient + first, count, beta, lambda);
            else if (beta is { } b)
                penalties[chunk] = LearnedRounding.Regularize(alpha + first, gradient + first, count, b, lambda);
            done(first, count);
        });
        return penalties.Sum();
    }

    /// <summary>Ends learning: each weight is rounded up where its α is at least 0, else down.</summary>
    internal void EndLearning()
    {
        if (Exponents is not null)
            HardenExponents();
        if (Alpha is null || _grid is null)
            return;
        var alpha = Floats(Alpha);
        var levels = new byte[alpha.Length];
        for (var i = 0; i < levels.Length; i++)
            levels[i] = (byte)Math.Clamp(_grid.Floors[i] + (alpha[i] >= 0 ? 1 : 0) + _grid.ZeroPoints[i], 0, _grid.Top);
        _levels = RowMajor(levels, Alpha);
        _quantized?.Dispose();
        _quantized = null;
        ForgetRounding();
    }

    private void ForgetRounding()
    {
        Alpha?.Dispose();
        _soft?.Dispose();
        if (!ReferenceEquals(_learned, Weight))
            _learned?.Dispose();
        (Alpha, _soft, _learned, _grid) = (null, null, null, null);
    }

    private void StartRounding(RoundingGrid grid)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        Alpha?.Dispose();
        Alpha = DenseMemory.EmptyLike(_learned!).DetachFromDisposeScope();
        Span<float> alpha = Floats(Alpha), weight = Floats(_learned!);
        for (var i = 0; i < alpha.Length; i++)
            alpha[i] = LearnedRounding.Start(weight[i] / grid.Scales[i] - grid.Floors[i]);
        _grid = grid;
        _soft?.Dispose();
        _soft = DenseMemory.EmptyLike(Alpha).DetachFromDisposeScope();
        _soft.requires_grad = true;
        _isStale = true;
    }

    private unsafe Tensor SoftValue()
    {
        if (_isStale)
        {
            float* from = DenseMemory.Floats(Alpha!), to = DenseMemory.Floats(_soft!);
            if (Exponents is null)
                Chunks.ForEach(Alpha!.NumberOfElements, (_, first, count) => LearnedRounding.Forward(from + first, _grid!, first, to + first, count));
            else
                Exponents.Forward(from, to);
            _isStale = false;
        }
        return _soft!;
    }

    private Tensor InLearnedOrder()
    {
        if (!_channelsLast || Weight.dim() != 4 || ChannelAxis != 0)
            return Weight;
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        return Weight.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2).DetachFromDisposeScope();
    }

    /// <summary>Levels in the order of memory of a tensor, brought into row-major order.</summary>
    private static byte[] RowMajor(byte[] levels, Tensor order)
    {
        if (order.is_contiguous())
            return levels;
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        long[] shape = order.shape;
        return tensor(levels, [shape[0], shape[2], shape[3], shape[1]], ScalarType.Byte).permute(0, 3, 1, 2).contiguous().bytes.ToArray();
    }
}
