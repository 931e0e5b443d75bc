using QDrop.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Quantizers;

/// <summary>
/// Fake quantization of a weight: one uniform grid for each output channel, or the same for all, levels 0 to
/// 2^<see cref="Bits"/> − 1.
/// </summary>
internal sealed class WeightQuantizer : IDisposable
{
    private byte[]? _levels;
    private Tensor? _quantized;

    /// <summary>Makes a quantizer that is not enabled and has no ranges yet.</summary>
    /// <param name="name">Name in the network, such as <c>layer1.0.conv1</c>.</param>
    /// <param name="weight">The weight, float32, a batch norm folded in. A detached copy is kept.</param>
    /// <param name="channelAxis">
    /// The dimension that counts output channels: 0, or 1 for transposed convolutions.
    /// </param>
    public WeightQuantizer(string name, Tensor weight, int channelAxis)
    {
        ArgumentNullException.ThrowIfNull(weight);
        ArgumentOutOfRangeException.ThrowIfNegative(channelAxis);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(channelAxis, (int)weight.dim());
        Name = name;
        ChannelAxis = channelAxis;
        using IDisposable _ = no_grad();
        using DisposeScope scope = NewDisposeScope();
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

    /// <summary>
    /// Step of each channel's grid, <c>[C]</c>, float32; <see langword="null"/> before the ranges were searched.
    /// </summary>
    public Tensor? Scale { get; private set; }

    /// <summary>
    /// Level that stands for 0 in each channel, <c>[C]</c>, float32 and integral; <see langword="null"/> before the
    /// ranges were searched.
    /// </summary>
    public Tensor? ZeroPoint { get; private set; }

    /// <summary>
    /// Gives the weight in place of this quantizer while its rounding is learned; <see langword="null"/> in a program.
    /// </summary>
    internal WeightIntercept? Intercept { get; set; }

    /// <summary>Whether <see cref="Value"/> is quantized.</summary>
    public bool Enabled { get; internal set; }

    /// <summary>A quantizer, enabled, of weights that were quantized before.</summary>
    /// <param name="name">Name in the network.</param>
    /// <param name="levels">The levels, uint8, in the weight's shape.</param>
    /// <param name="scale">Step of each channel's grid, <c>[C]</c>.</param>
    /// <param name="zeroPoint">Level that stands for 0 in each channel, <c>[C]</c>.</param>
    /// <param name="bits">Bit width.</param>
    /// <param name="channelAxis">The dimension that counts output channels.</param>
    internal static WeightQuantizer FromLevels(
        string name, Tensor levels, Tensor scale, Tensor zeroPoint, int bits, int channelAxis)
    {
        using IDisposable _ = no_grad();
        using DisposeScope scope = NewDisposeScope();
        long[] shape = new long[levels.dim()];
        Array.Fill(shape, 1);
        shape[channelAxis] = -1;
        var quantizer = new WeightQuantizer(
            name, (levels.to_type(ScalarType.Float32) - zeroPoint.view(shape)) * scale.view(shape), channelAxis)
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
    /// Not enabled: <see cref="Weight"/>. While rounding is learned: the weight with soft rounding, a leaf that
    /// gradients flow to. Else: the fake-quantized weight.
    /// </returns>
    /// <exception cref="InvalidOperationException">The quantizer is enabled but has no ranges yet.</exception>
    public Tensor Value()
    {
        if (!Enabled)
            return Weight;
        if (Intercept is { IsActive: true } intercept)
            return intercept.Value();
        return _quantized ??= Dequantize();
    }

    /// <summary>The levels, 0 to 2^<see cref="Bits"/> − 1: uint8, in <see cref="Weight"/>'s shape.</summary>
    /// <exception cref="InvalidOperationException">The quantizer has no ranges yet.</exception>
    public Tensor Levels()
    {
        _levels ??= Nearest();
        return tensor(_levels, Weight.shape, ScalarType.Byte);
    }

    /// <summary>Makes the quantizer use known grids, one for each channel.</summary>
    internal void SetGrid(float[] scale, float[] zeroPoint)
    {
        Forget();
        Scale = tensor(scale).DetachFromDisposeScope();
        ZeroPoint = tensor(zeroPoint).DetachFromDisposeScope();
    }

    /// <summary>Makes the quantizer use other levels of the grids that it has.</summary>
    internal void SetLevels(byte[] levels)
    {
        _levels = levels;
        _quantized?.Dispose();
        _quantized = null;
    }

    /// <summary>
    /// Makes the quantizer use grids and levels that were found before for the same weight and bit width.
    /// </summary>
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

    private void Forget()
    {
        Scale?.Dispose();
        ZeroPoint?.Dispose();
        _quantized?.Dispose();
        Intercept?.Forget();
        (Scale, ZeroPoint, _quantized, _levels) = (null, null, null, null);
    }

    private byte[] Nearest()
    {
        if (Scale is null || ZeroPoint is null)
            throw new InvalidOperationException(
                $"The weight quantizer '{Name}' has no ranges: they must be searched before it can quantize.");
        Span<float> weight = DenseMemory.Values(Weight);
        (float[]? scales, float[]? zeros, int top) = (Spread(Scale), Spread(ZeroPoint), (1 << Bits) - 1);
        byte[] levels = new byte[weight.Length];
        for (int i = 0; i < levels.Length; i++)
            levels[i] = (byte)Math.Clamp(MathF.Round(weight[i] / scales[i]) + zeros[i], 0, top);
        return levels;
    }

    private Tensor Dequantize()
    {
        _levels ??= Nearest();
        (float[]? scales, float[]? zeros) = (Spread(Scale!), Spread(ZeroPoint!));
        float[] values = new float[_levels.Length];
        for (int i = 0; i < values.Length; i++)
            values[i] = (_levels[i] - zeros[i]) * scales[i];
        return tensor(values, Weight.shape, ScalarType.Float32).DetachFromDisposeScope();
    }

    /// <summary>Repeats each channel's value for each of its weights, row-major.</summary>
    private float[] Spread(Tensor channels)
    {
        float[] values = new float[Weight.NumberOfElements], each = DenseMemory.ToArray(channels);
        long inner = Weight.shape[(ChannelAxis + 1)..].Aggregate(1L, static (product, size) => product * size);
        for (int i = 0; i < values.Length; i++)
            values[i] = each[i / inner % each.Length];
        return values;
    }
}
