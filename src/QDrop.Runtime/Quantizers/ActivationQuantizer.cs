using QDrop.Training;
using static TorchSharp.torch;

namespace QDrop.Quantizers;

/// <summary>
/// Fake quantization of activations: one uniform grid for the whole tensor, or one for each channel, its step learned while reconstructing
/// (arXiv 1902.08153), and with it, where that is asked for, its offset (arXiv 2004.09576); its effect then dropped element by element
/// (arXiv 2203.05740).
/// </summary>
/// <param name="name">Name in the network, such as <c>layer1.0.conv1</c>.</param>
public sealed partial class ActivationQuantizer(string name) : IDisposable
{
    /// <summary>Name in the network, such as <c>layer1.0.conv1</c>.</summary>
    public string Name { get; } = name;

    /// <summary>Bit width, 2 to 8.</summary>
    public int Bits { get; internal set; } = 8;

    /// <summary>Step of the grid, <c>[1]</c>, or of each channel's, <c>[C]</c>, float32; <see langword="null"/> before the range was searched.</summary>
    public Tensor? Scale { get; private set; }

    /// <summary>Level that stands for 0, <c>[1]</c>, or in each channel, <c>[C]</c>, float32 and integral; <see langword="null"/> before the range was searched.</summary>
    public Tensor? ZeroPoint { get; private set; }

    /// <summary>The dimension of the activations that counts channels with a grid each; <see langword="null"/> where one grid is for all, or before the range was searched.</summary>
    public int? ChannelAxis { get; private set; }

    /// <summary>Mean |error|^2.4 on the activations that the range was searched for, where it is a mean of ranges on those of each; not a number before.</summary>
    internal double RangeError { get; private set; } = double.NaN;

    /// <summary>Whether <see cref="Forward"/> quantizes.</summary>
    public bool Enabled { get; internal set; }

    /// <summary>Whether <see cref="Forward"/> searches the range on what it gets, and returns that unchanged.</summary>
    internal bool Observing
    {
        get;
        set
        {
            field = value;
            _observed.Clear();
        }
    }

    /// <summary>Stops the search of the range.</summary>
    internal CancellationToken Cancellation { get; set; }

    /// <summary>How the range is chosen.</summary>
    internal RangeOptions Range { get; set; } = new();

    /// <summary>Whether the activations have channels. What a softmax gives has none: its dimensions count positions.</summary>
    internal bool HasChannels { get; init; } = true;

    /// <summary>Whether each channel is to have a range of its own.</summary>
    internal bool PerChannel { get; set; }

    /// <summary>What the activations come from, which says where their channels are; <see langword="null"/> if from no layer.</summary>
    internal ChannelSource? Source { get; set; }

    /// <summary>The grid while the whole model is trained; <see langword="null"/> otherwise.</summary>
    internal TrainedQuantizer? Training { get; set; }

    /// <summary>Passes activations through the quantizer.</summary>
    /// <param name="x">Activations of any shape, float32. Those that are dense in memory keep their order there (channels_last stays).</param>
    /// <returns>
    /// Observing or not enabled: <paramref name="x"/> itself. Enabled: a new tensor of the same shape; while learning, gradients flow to
    /// <paramref name="x"/> and to <see cref="Scale"/>.
    /// </returns>
    /// <exception cref="InvalidOperationException">The quantizer is enabled but has no range yet.</exception>
    /// <exception cref="QDropException">It has a grid for each channel, and the activations have another number of channels (QDROP235).</exception>
    public Tensor Forward(Tensor x) => Pass(x, rectify: false);

    /// <summary>Passes activations through ReLU and the quantizer: in one pass over memory where they are quantized.</summary>
    /// <param name="x">Activations before ReLU.</param>
    /// <returns>What <see cref="Forward(Tensor)"/> gives for the rectified activations.</returns>
    /// <exception cref="InvalidOperationException">The quantizer is enabled but has no range yet.</exception>
    internal Tensor ForwardRectified(Tensor x)
    {
        var together = Training is not null || Enabled && !Observing && (Draws is null || (Drop < 1 && Offset is null));
        return together ? Pass(x, rectify: true) : Forward(x.relu());
    }

    private Tensor Pass(Tensor x, bool rectify)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (Training is { } training)
            return training.Apply(x, rectify);
        if (Observing)
        {
            SearchRange(x);
            return x;
        }
        if (!Enabled)
            return x;
        if (Scale is null || ZeroPoint is null)
            throw new InvalidOperationException($"The activation quantizer '{Name}' has no range: it must observe activations, or be restored, before it can quantize.");
        if (ChannelAxis is not null)
            CheckChannels(x, Scale.NumberOfElements);
        return Draws is null ? Quantize(x, rectify) : QuantizeLearning(x, rectify);
    }

    /// <summary>Makes the quantizer use a known grid.</summary>
    internal void Restore(int bits, float scale, float zeroPoint) => Restore(bits, [scale], [zeroPoint], null);

    /// <summary>Makes the quantizer use known grids.</summary>
    /// <param name="bits">Bit width.</param>
    /// <param name="scales">Their steps: one, or one for each channel.</param>
    /// <param name="zeroPoints">Their zero points.</param>
    /// <param name="channelAxis">The dimension that counts channels; <see langword="null"/> where one grid is for all.</param>
    internal void Restore(int bits, IReadOnlyList<float> scales, IReadOnlyList<float> zeroPoints, int? channelAxis)
    {
        Bits = bits;
        ChannelAxis = channelAxis;
        SetGrids([.. scales], [.. zeroPoints]);
        Enabled = true;
    }

    /// <summary>Makes the quantizer use grids that were found before for the same bit width and the same channels.</summary>
    internal void Restore(Tensor scale, Tensor zeroPoint)
    {
        Dispose();
        Scale = scale.clone().DetachFromDisposeScope();
        ZeroPoint = zeroPoint.clone().DetachFromDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Scale?.Dispose();
        ZeroPoint?.Dispose();
        Offset?.Dispose();
        LogScale?.Dispose();
        (Offset, LogScale) = (null, null);
    }

    private Tensor Quantize(Tensor x, bool rectify)
    {
        using var _ = no_grad();
        var dense = DenseMemory.ToDense(x);
        var grids = new Grids(Values(Scale!), Values(ZeroPoint!), Top, ChannelAxis);
        var result = new QuantizePass<FakeQuantization>(grids, 0, new DropMask(1, null), rectify).Forward(dense);
        if (!ReferenceEquals(dense, x))
            dense.Dispose();
        return result;
    }

    private float Top => (1 << Bits) - 1;

    private static unsafe float[] Values(Tensor grids) => new ReadOnlySpan<float>(DenseMemory.Floats(grids), (int)grids.NumberOfElements).ToArray();

    private void SetGrids(float[] scales, float[] zeroPoints)
    {
        Dispose();
        Scale = tensor(scales).DetachFromDisposeScope();
        ZeroPoint = tensor(zeroPoints).DetachFromDisposeScope();
    }

    private void CheckChannels(Tensor x, long expected)
    {
        int axis = ChannelAxis!.Value;
        long found = x.dim() > axis ? x.shape[axis] : 0;
        if (found != expected)
        {
            throw new QDropException("QDROP235", $"The activation quantizer '{Name}' has a range for each of {expected} channels, which dimension {axis} counts, but got activations of shape [{string.Join(", ", x.shape)}]. "
                + $"Expected {expected} channels in every call. Where their number changes, as that of a sequence's positions may, calibrate with ActivationsPerChannel = false.");
        }
    }
}
