using QDrop.Quantizers;
using QDrop.Recording;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace QDrop.Layers;

/// <summary>
/// A layer with its batch norm folded in and its weights behind a quantizer: a convolution, a linear layer, an
/// embedding (with a scale for each row, so that a frequent word does not suffer from the range of a rare one), or a
/// projection of multi-head attention.
/// </summary>
internal sealed class QuantizedLayer : IDisposable
{
    private readonly LayerSource _source;
    private long _multiplyAccumulates;

    internal QuantizedLayer(LayerSource source, BatchNorm? batchNorm)
    {
        _source = source;
        BatchNorm = batchNorm;
        using DisposeScope scope = NewDisposeScope();
        using IDisposable guard = no_grad();
        if (batchNorm is null)
        {
            Weight = new WeightQuantizer(source.Name, source.Weight.detach(), ChannelAxis);
            Bias = source.Bias?.detach().clone().DetachFromDisposeScope();
            return;
        }
        (Tensor foldedWeight, Tensor foldedBias) = BatchNormFolding.Fold(
            source.Weight.detach(),
            source.Bias?.detach(),
            batchNorm.weight?.detach(),
            batchNorm.bias?.detach(),
            batchNorm.running_mean!,
            batchNorm.running_var!,
            batchNorm.eps,
            ChannelAxis);
        Weight = new WeightQuantizer(source.Name, foldedWeight, ChannelAxis);
        Bias = foldedBias.DetachFromDisposeScope();
    }

    internal QuantizedLayer(LayerSource source, BatchNorm? batchNorm, WeightQuantizer weight, Tensor? bias)
    {
        _source = source;
        BatchNorm = batchNorm;
        Weight = weight;
        Bias = bias?.clone().DetachFromDisposeScope();
    }

    /// <summary>The float layer's path in the model, such as <c>layer1.0.conv1</c>.</summary>
    public string Name => _source.Name;

    /// <summary>The weights, float with the batch norm folded in, and their quantizer.</summary>
    public WeightQuantizer Weight { get; }

    /// <summary>
    /// The bias with the batch norm folded in, <c>[channels]</c>; <see langword="null"/> if the layer has none.
    /// </summary>
    public Tensor? Bias { get; }

    /// <summary>
    /// Dimension of the weight that has a scale for each of its indices: 0, or 1 for a transposed convolution.
    /// </summary>
    public int ChannelAxis => _source.ChannelAxis;

    /// <summary>Multiply-accumulates of all its runs so far, the cost of the layer.</summary>
    public long MultiplyAccumulates => Interlocked.Read(ref _multiplyAccumulates);

    internal BatchNorm? BatchNorm { get; }

    /// <summary>What it says of where the channels of its output are.</summary>
    internal ChannelSource Channels => new((int)Weight.Weight.dim(), Weight.Weight.shape[_source.OutputAxis]);

    /// <summary>The dimension of its output that counts channels, from the end if negative.</summary>
    internal int ValueAxis => _source.ValueAxis;

    /// <summary>The float layer.</summary>
    internal LayerSource Source => _source;

    /// <summary>Computes in place of this layer while the model is trained; <see langword="null"/> otherwise.</summary>
    internal LayerIntercept? Intercept { get; set; }

    /// <summary>The weight that is computed with.</summary>
    internal Tensor CurrentWeight => Named(Intercept?.Weight ?? Weight.Value(), isBias: false);

    /// <summary>The bias that is computed with.</summary>
    internal Tensor? CurrentBias =>
        (Intercept is { } intercept ? intercept.Bias : Bias) is { } bias ? Named(bias, isBias: true) : null;

    /// <summary>Whether reconstruction learns the rounding of the weights.</summary>
    internal bool Learns => _source.Learns;

    /// <summary>Names in the model's <c>state_dict</c> of the parameters that the layer replaces.</summary>
    internal IReadOnlyList<string> Parameters => _source.Parameters;

    /// <summary>Applies the layer with the weights that its quantizer gives.</summary>
    /// <param name="x">Input, as the float layer takes it.</param>
    /// <returns>Output, as the float layer and its batch norm give it.</returns>
    public Tensor Forward(Tensor x)
    {
        Tensor y = Intercept?.Forward(x) ?? Compute(x);
        Count(_source.MultiplyAccumulates(x, y));
        return y;
    }

    private Tensor Compute(Tensor x) => _source.Apply(x, CurrentWeight, CurrentBias);

    private Tensor Named(Tensor tensor, bool isBias)
    {
        Recorder.Current?.Bind(tensor, new(Name, isBias));
        return tensor;
    }

    /// <summary>Counts the multiply-accumulates of a run.</summary>
    internal void Count(long multiplyAccumulates) => Interlocked.Add(ref _multiplyAccumulates, multiplyAccumulates);

    /// <inheritdoc/>
    public void Dispose()
    {
        Weight.Dispose();
        Bias?.Dispose();
    }
}
