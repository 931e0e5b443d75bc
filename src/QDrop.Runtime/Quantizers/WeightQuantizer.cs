using static TorchSharp.torch;

namespace QDrop.Quantizers;

/// <summary>
/// Fake quantization of a weight: one uniform grid for each output channel, or the same for all, levels 0 to 2^<see cref="Bits"/> − 1, rounding to nearest
/// or learned (arXiv 2004.10568).
/// </summary>
public sealed partial class WeightQuantizer : IDisposable
{
    private byte[]? _levels;
    private Tensor? _quantized;

    /// <summary>Makes a quantizer that is not enabled and has no ranges yet.</summary>
    /// <param name="name">Name in the network, such as <c>layer1.0.conv1</c>.</param>
    /// <param name="weight">The weight, float32, a batch norm folded in. A detached copy is kept.</param>
    /// <param name="channelAxis">The dimension that counts output channels: 0, or 1 for transposed convolutions.</param>
    public WeightQuantizer(string name, Tensor weight, int channelAxis)
    {
        ArgumentNullException.ThrowIfNull(weight);
        ArgumentOutOfRangeException.ThrowIfNegative(channelAxis);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(channelAxis, (int)weight.dim());
        Name = name;
        ChannelAxis = channelAxis;
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        Weight = weight.detach().to_type(ScalarType.Float32).contiguous().clone().DetachFromDisposeScope();
    }

    /// <summary>Name in the network, such as <c>layer1.0.conv1</c>.</summary>
    public string Name { get; }

    /// <summary>Bit width, 2 to 8. Another one makes the ranges void.</summary>
    public int Bits
    {
        get;
        internal set
        {
            if (value != field)
                Forget();
            field = value;
        }
    } = 8;

    /// <summary>The float weight, row-major.</summary>
    public Tensor Weight { get; }

    /// <summary>The dimension of <see cref="Weight"/> that counts output channels.</summary>
    public int ChannelAxis { get; }

    /// <summary>Step of each channel's grid, <c>[C]</c>, float32; <see langword="null"/> before the ranges were searched.</summary>
    public Tensor? Scale { get; private set; }

    /// <summary>Level that stands for 0 in each channel, <c>[C]</c>, float32 and integral; <see langword="null"/> before the ranges were searched.</summary>
    public Tensor? ZeroPoint { get; private set; }

    /// <summary>How ranges are chosen.</summary>
    internal RangeOptions Range { get; set; } = new();

    /// <summary>Whether each channel has a range of its own.</summary>
    internal bool PerChannel { get; set; } = true;

    /// <summary>Mean |error|^2.4, rounded to nearest, of the channels' searched ranges; not a number before.</summary>
    internal double RangeError { get; private set; } = double.NaN;

    /// <summary>Whether <see cref="Value"/> is quantized.</summary>
    public bool Enabled { get; internal set; }

    /// <summary>A quantizer, enabled, of weights that were quantized before.</summary>
    /// <param name="name">Name in the network.</param>
    /// <param name="levels">The levels, uint8, in the weight's shape.</param>
    /// <param name="scale">Step of each channel's grid, <c>[C]</c>.</param>
    /// <param name="zeroPoint">Level that stands for 0 in each channel, <c>[C]</c>.</param>
    /// <param name="bits">Bit width.</param>
    /// <param name="channelAxis">The dimension that counts output channels.</param>
    internal static WeightQuantizer FromLevels(string name, Tensor levels, Tensor scale, Tensor zeroPoint, int bits, int channelAxis)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        var shape = new long[levels.dim()];
        Array.Fill(shape, 1);
        shape[channelAxis] = -1;
        var quantizer = new WeightQuantizer(name, (levels.to_type(ScalarType.Float32) - zeroPoint.view(shape)) * scale.view(shape), channelAxis)
        {
            Bits = bits,
            Enabled = true,
            Scale = scale.detach().clone().DetachFromDisposeScope(),
            ZeroPoint = zeroPoint.detach().clone().DetachFromDisposeScope(),
            _levels = levels.contiguous().bytes.ToArray(),
        };
        return quantizer;
    }

    /// <summary>The weight to compute with. It belongs to the quantizer: do not dispose it.</summary>
    /// <returns>
    /// Not enabled: <see cref="Weight"/>. While rounding is learned: the weight with soft rounding, a leaf that gradients flow to. Else: the
    /// fake-quantized weight.
    /// </returns>
    /// <exception cref="InvalidOperationException">The quantizer is enabled but has no ranges yet.</exception>
    public Tensor Value()
    {
        if (!Enabled)
            return Weight;
        if (Alpha is not null)
            return SoftValue();
        return _quantized ??= Dequantize();
    }

    /// <summary>The levels, 0 to 2^<see cref="Bits"/> − 1: uint8, in <see cref="Weight"/>'s shape.</summary>
    /// <exception cref="InvalidOperationException">The quantizer has no ranges yet.</exception>
    public Tensor Levels()
    {
        _levels ??= Nearest();
        return tensor(_levels, Weight.shape, ScalarType.Byte);
    }

    /// <summary>Searches the ranges for <see cref="Bits"/>.</summary>
    /// <exception cref="OperationCanceledException">The search was cancelled; the quantizer is as it was.</exception>
    internal void SearchRange(CancellationToken cancellation = default)
    {
        var ranges = PerChannel ? RangeSearch.OfChannels(Weight, ChannelAxis, Bits, Name, Range, cancellation) : OfAllChannels(cancellation);
        SetGrid(Array.ConvertAll(ranges, r => r.Scale), Array.ConvertAll(ranges, r => Range.ZeroPoint(r, Bits)));
        RangeError = ranges.Average(r => r.Error);
        _exponents = TablesOf(ranges);
    }

    /// <summary>Makes the quantizer use known grids, one for each channel.</summary>
    internal void SetGrid(float[] scale, float[] zeroPoint)
    {
        Forget();
        Scale = tensor(scale).DetachFromDisposeScope();
        ZeroPoint = tensor(zeroPoint).DetachFromDisposeScope();
    }

    /// <summary>Makes the quantizer use grids and levels that were found before for the same weight and bit width.</summary>
    internal void Restore(Tensor levels, Tensor scale, Tensor zeroPoint)
    {
        Forget();
        Scale = scale.clone().DetachFromDisposeScope();
        ZeroPoint = zeroPoint.clone().DetachFromDisposeScope();
        _levels = levels.contiguous().bytes.ToArray();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Forget();
        Weight.Dispose();
    }

    private QuantizationRange[] OfAllChannels(CancellationToken cancellation)
    {
        var ranges = new QuantizationRange[Weight.shape[ChannelAxis]];
        Array.Fill(ranges, RangeSearch.OfTensor(Weight, Bits, Name, Range, cancellation));
        return ranges;
    }

    private void Forget()
    {
        Scale?.Dispose();
        ZeroPoint?.Dispose();
        _quantized?.Dispose();
        ForgetRounding();
        (Scale, ZeroPoint, _quantized, _levels, _exponents, Exponents) = (null, null, null, null, null, null);
    }

    private byte[] Nearest()
    {
        var weight = Floats(Weight);
        var grid = Grid(Weight);
        var levels = new byte[weight.Length];
        for (var i = 0; i < levels.Length; i++)
            levels[i] = (byte)Math.Clamp(MathF.Round(weight[i] / grid.Scales[i]) + grid.ZeroPoints[i], 0, grid.Top);
        return levels;
    }

    private Tensor Dequantize()
    {
        _levels ??= Nearest();
        var (scales, zeros) = (Spread(Scale!), Spread(ZeroPoint!));
        var values = new float[_levels.Length];
        for (var i = 0; i < values.Length; i++)
            values[i] = (_levels[i] - zeros[i]) * scales[i];
        return tensor(values, Weight.shape, ScalarType.Float32).DetachFromDisposeScope();
    }

    private RoundingGrid Grid(Tensor weight)
    {
        if (Scale is null || ZeroPoint is null)
            throw new InvalidOperationException($"The weight quantizer '{Name}' has no ranges: they must be searched before it can quantize.");
        return Grid(weight, Spread(Scale), Spread(ZeroPoint));
    }

    private RoundingGrid Grid(Tensor weight, float[] scales, float[] zeroPoints)
    {
        var values = Floats(weight);
        var floors = new float[values.Length];
        for (var i = 0; i < floors.Length; i++)
            floors[i] = MathF.Floor(values[i] / scales[i]);
        return new(floors, scales, zeroPoints, (1 << Bits) - 1);
    }

    /// <summary>Repeats each channel's value for each of its weights, in the order of memory.</summary>
    private float[] Spread(Tensor perChannel) => Spread(Floats(perChannel));

    private float[] Spread(ReadOnlySpan<float> channels)
    {
        var shape = Weight.shape;
        var inner = 1L;
        for (var d = ChannelAxis + 1; d < shape.Length; d++)
            inner *= shape[d];
        var values = new float[Weight.NumberOfElements];
        for (var i = 0; i < values.Length; i++)
            values[i] = channels[(int)(i / inner % channels.Length)];
        return values;
    }

    private static unsafe Span<float> Floats(Tensor dense) => new(DenseMemory.Floats(dense), checked((int)dense.NumberOfElements));
}
