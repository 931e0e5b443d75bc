using QDrop.Native;
using QDrop.Recording;
using static TorchSharp.torch;

namespace QDrop.Quantizers;

/// <summary>Fake quantization of activations: one uniform grid for the whole tensor, or one for each channel.</summary>
/// <param name="name">Name in the network, such as <c>layer1.0.conv1</c>.</param>
internal sealed class ActivationQuantizer(string name) : IDisposable
{
    /// <summary>Name in the network, such as <c>layer1.0.conv1</c>.</summary>
    public string Name { get; } = name;

    /// <summary>Bit width, 2 to 8.</summary>
    public int Bits { get; internal set; } = 8;

    /// <summary>
    /// Step of the grid, <c>[1]</c>, or of each channel's, <c>[C]</c>, float32; <see langword="null"/> before the range
    /// was searched.
    /// </summary>
    public Tensor? Scale { get; private set; }

    /// <summary>
    /// Level that stands for 0, <c>[1]</c>, or in each channel, <c>[C]</c>, float32 and integral;
    /// <see langword="null"/> before the range was searched.
    /// </summary>
    public Tensor? ZeroPoint { get; private set; }

    /// <summary>
    /// The dimension of the activations that counts channels with a grid each; <see langword="null"/> where one grid is
    /// for all, or before the range was searched.
    /// </summary>
    public int? ChannelAxis { get; internal set; }

    /// <summary>Whether <see cref="Forward"/> quantizes.</summary>
    public bool Enabled { get; internal set; }

    /// <summary>
    /// The error where a value comes though the quantized model has no such quantizer; <see langword="null"/> where it
    /// has.
    /// </summary>
    internal Func<QDropException>? Missing { get; set; }

    /// <summary>
    /// Whether the activations have channels. What a softmax gives has none: its dimensions count positions.
    /// </summary>
    internal bool HasChannels { get; init; } = true;

    /// <summary>
    /// Whether units quantize with it that are reconstructed one after the other: it keeps the range that was searched
    /// on the values of all of them.
    /// </summary>
    internal bool IsShared { get; set; }

    /// <summary>
    /// What the activations come from, which says where their channels are; <see langword="null"/> if from no layer.
    /// </summary>
    internal ChannelSource? Source { get; set; }

    /// <summary>
    /// Where the channels are, as the computation of the activations shows; <see langword="null"/> where it does not.
    /// </summary>
    internal TracedChannels? Traced { get; set; }

    /// <summary>
    /// Quantizes in place of this quantizer while its range is searched or its grid is learned; <see langword="null"/>
    /// in a program.
    /// </summary>
    internal ActivationIntercept? Intercept { get; set; }

    /// <summary>The highest level of the grid.</summary>
    internal float Top => (1 << Bits) - 1;

    /// <summary>Passes activations through the quantizer.</summary>
    /// <param name="x">
    /// Activations of any shape, float32. Those that are dense in memory keep their order there (channels_last stays).
    /// </param>
    /// <returns>Not enabled: <paramref name="x"/> itself. Enabled: a new tensor of the same shape.</returns>
    /// <exception cref="InvalidOperationException">The quantizer is enabled but has no range yet.</exception>
    /// <exception cref="QDropException">
    /// It has a grid for each channel, and the activations have another number of channels (QDROP235).
    /// </exception>
    public Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (Intercept is { IsActive: true } intercept)
            return intercept.Forward(x, rectify: false);
        if (Enabled)
            return Quantized(x);
        return Recorder.Current is { MarksQuantizers: true } ? Note.As(x.alias(), $"quantize({x}, grid={Name})") : x;
    }

    /// <summary>
    /// Passes activations through ReLU and the quantizer: in one pass over memory where they are quantized.
    /// </summary>
    /// <param name="x">Activations before ReLU.</param>
    /// <returns>What <see cref="Forward(Tensor)"/> gives for the rectified activations.</returns>
    /// <exception cref="InvalidOperationException">The quantizer is enabled but has no range yet.</exception>
    internal Tensor ForwardRectified(Tensor x)
    {
        if (Intercept is { IsActive: true } intercept)
            return intercept.Forward(x, rectify: true);
        return Enabled
            ? Note.As(Quantize(x, rectify: true), $"quantize(relu({x}), grid={Name})")
            : Recorder.Current is { MarksQuantizers: true }
                ? Note.As(x.relu(), $"quantize(relu({x}), grid={Name})")
                : Note.As(x.relu(), $"relu({x})");
    }

    /// <summary>
    /// Runs the steps of a recurrent layer, this quantizer before each product with the hidden state. A range is
    /// searched on the hidden states of all steps at once.
    /// </summary>
    /// <param name="recurrence">The steps.</param>
    /// <returns>The hidden state after each step, <c>[T, N, H]</c>, and the last cell state.</returns>
    internal (Tensor States, Tensor? Cell) Scan(Recurrence recurrence)
    {
        ActivationIntercept? active = Intercept is { IsActive: true } intercept ? intercept : null;
        if (active is { Observes: false })
            return active.Scan(recurrence);
        if (active is null && Enabled)
            return recurrence.Run(Quantized);
        (Tensor states, Tensor? cell) = recurrence.Run(static x => x);
        _ = active?.Forward(recurrence.Before(states), rectify: false);
        return (states, cell);
    }

    /// <summary>Checks that the quantizer has a grid that fits activations.</summary>
    /// <exception cref="InvalidOperationException">The quantizer has no range yet.</exception>
    /// <exception cref="QDropException">The activations have another number of channels (QDROP235).</exception>
    internal void CheckFits(Tensor x)
    {
        if (Scale is null || ZeroPoint is null)
        {
            throw new InvalidOperationException(
                $"The activation quantizer '{Name}' has no range: it must observe activations, "
                    + "or be restored, before it can quantize.");
        }
        if (ChannelAxis is not { } axis)
            return;
        long expected = Scale.NumberOfElements, found = x.dim() > axis ? x.shape[axis] : 0;
        if (found != expected)
        {
            throw new QDropException(
                Codes.OtherChannels,
                $"The activation quantizer '{Name}' has a range for each of {expected} channels, "
                    + $"which dimension {axis} counts, but got activations of shape [{string.Join(", ", x.shape)}]. "
                    + $"Expected {expected} "
                    + "channels in every call. Where their number changes, as that of a sequence's positions may, "
                    + "calibrate with "
                    + "ActivationsPerChannel = false.");
        }
    }

    /// <summary>Makes the quantizer use a known grid.</summary>
    internal void Restore(int bits, float scale, float zeroPoint) => Restore(bits, [scale], [zeroPoint], null);

    /// <summary>Makes the quantizer use known grids.</summary>
    /// <param name="bits">Bit width.</param>
    /// <param name="scales">Their steps: one, or one for each channel.</param>
    /// <param name="zeroPoints">Their zero points.</param>
    /// <param name="channelAxis">
    /// The dimension that counts channels; <see langword="null"/> where one grid is for all.
    /// </param>
    internal void Restore(int bits, IReadOnlyList<float> scales, IReadOnlyList<float> zeroPoints, int? channelAxis)
    {
        Bits = bits;
        ChannelAxis = channelAxis;
        SetGrids([.. scales], [.. zeroPoints]);
        Enabled = true;
    }

    /// <summary>
    /// Makes the quantizer use grids that were found before for the same bit width and the same channels.
    /// </summary>
    internal void Restore(Tensor scale, Tensor zeroPoint)
    {
        DisposeGrids();
        Scale = scale.clone().DetachFromDisposeScope();
        ZeroPoint = zeroPoint.clone().DetachFromDisposeScope();
    }

    /// <summary>Makes the quantizer use other grids of the same bit width; what was there is disposed.</summary>
    internal void SetGrids(float[] scales, float[] zeroPoints)
    {
        DisposeGrids();
        Scale = tensor(scales).DetachFromDisposeScope();
        ZeroPoint = tensor(zeroPoints).DetachFromDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        DisposeGrids();
        Intercept?.Dispose();
    }

    private Tensor Quantized(Tensor x) => Note.As(Quantize(x, rectify: false), $"quantize({x}, grid={Name})");

    private Tensor Quantize(Tensor x, bool rectify)
    {
        CheckFits(x);
        using IDisposable _ = no_grad();
        Tensor dense = DenseMemory.ToDense(x);
        var grids = new Grids(DenseMemory.ToArray(Scale!), DenseMemory.ToArray(ZeroPoint!), Top, ChannelAxis);
        Tensor result = QuantizationPass<FakeQuantization>.Forward(dense, grids, rectify);
        if (!ReferenceEquals(dense, x))
            dense.Dispose();
        return result;
    }

    private void DisposeGrids()
    {
        Scale?.Dispose();
        ZeroPoint?.Dispose();
    }
}
