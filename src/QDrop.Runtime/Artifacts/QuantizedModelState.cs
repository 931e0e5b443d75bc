using System.Text.Json.Serialization;
using QDrop.Quantizers;
using QDrop.Safetensors;
using static TorchSharp.torch;

namespace QDrop.Artifacts;

/// <summary>A quantized model's contents, as an artifact holds them.</summary>
/// <param name="Manifest">What the model is and how it came to be.</param>
/// <param name="Layers">Layers with quantized weights.</param>
/// <param name="Activations">Activation quantizers.</param>
/// <param name="FloatTensors">
/// Parameters and buffers that stay float, by their name in the model's <c>state_dict</c>.
/// </param>
internal sealed record QuantizedModelState(
    Manifest Manifest,
    IReadOnlyList<QuantizedLayerState> Layers,
    IReadOnlyList<ActivationState> Activations,
    IReadOnlyDictionary<string, Tensor> FloatTensors)
{
    /// <summary>Gets what the model computes; <see langword="null"/> where nobody has tried to record it.</summary>
    public ProgramState? Program { get; init; }

    /// <summary>Every tensor of it.</summary>
    internal IEnumerable<Tensor> Tensors =>
        Layers
            .SelectMany(l => new[] { l.Levels, l.Scale, l.ZeroPoint, l.Bias })
            .OfType<Tensor>()
            .Concat(FloatTensors.Values);
}

/// <summary>
/// A layer with quantized weights: weight = scale · (level − zero point), with scale and zero point of the weight's
/// channel.
/// </summary>
/// <param name="Name">The layer's name in the model, such as <c>layer1.0.conv1</c>.</param>
/// <param name="Bits">Bits of a weight, 2 to 8.</param>
/// <param name="Levels">The weights' levels, 0 to 2^bits − 1: uint8, of the weight's shape.</param>
/// <param name="Scale">Scales of the channels, above 0: float32 <c>[C]</c>.</param>
/// <param name="ZeroPoint">Zero points of the channels, whole numbers from 0 to 2^bits − 1: float32 <c>[C]</c>.</param>
/// <param name="ChannelAxis">The dimension of the weight that counts its output channels.</param>
/// <param name="Bias">The bias, with a folded batch norm's share: float32 <c>[output channels]</c>; or none.</param>
internal sealed record QuantizedLayerState(
    string Name, int Bits, Tensor Levels, Tensor Scale, Tensor ZeroPoint, int ChannelAxis, Tensor? Bias)
{
    /// <summary>
    /// The exponents of scales that are powers of two: a weight is level − zero point, shifted by its channel's.
    /// </summary>
    /// <returns>k of each channel's scale 2^k; <see langword="null"/> where a scale is no power of two.</returns>
    public int[]? Exponents() => PowerOfTwo.Exponents(TensorBytes.ToFloats(Scale));
}

/// <summary>
/// An activation quantizer: value = scale · (level − zero point), for the whole tensor or in each channel.
/// </summary>
/// <param name="Name">Its name in the model.</param>
/// <param name="Bits">Bits of an activation, 2 to 8.</param>
/// <param name="Scale">The scale, above 0; where each channel has its own, the greatest.</param>
/// <param name="ZeroPoint">
/// The zero point, a whole number from 0 to 2^bits − 1; where each channel has its own, that of the greatest scale.
/// </param>
internal sealed record ActivationState(string Name, int Bits, float Scale, float ZeroPoint)
{
    /// <summary>The grids of the channels; <see langword="null"/> where one is for the whole tensor.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ChannelGrids? Channels { get; init; }

    /// <summary>The exponents of scales that are powers of two: a value is level − zero point, shifted by it.</summary>
    /// <returns>
    /// k of the scale 2^k, or of each channel's; <see langword="null"/> where a scale is no power of two.
    /// </returns>
    public int[]? Exponents() => PowerOfTwo.Exponents([.. Channels?.Scales ?? [Scale]]);

    /// <summary>A quantizer with a grid for each channel.</summary>
    /// <param name="name">Its name in the model.</param>
    /// <param name="bits">Bits of an activation, 2 to 8.</param>
    /// <param name="channels">The grids, at least one.</param>
    /// <returns>The state.</returns>
    public static ActivationState OfChannels(string name, int bits, ChannelGrids channels)
    {
        ArgumentNullException.ThrowIfNull(channels);
        int greatest = Enumerable.Range(0, channels.Scales.Count).MaxBy(c => channels.Scales[c]);
        return new(name, bits, channels.Scales[greatest], channels.ZeroPoints[greatest]) { Channels = channels };
    }
}

/// <summary>A scale and a zero point for each channel of activations. Two are equal if their numbers are.</summary>
/// <param name="Axis">The dimension of the activations that counts channels.</param>
/// <param name="Scales">The scales, above 0.</param>
/// <param name="ZeroPoints">The zero points, as many, whole numbers from 0 to 2^bits − 1.</param>
internal sealed record ChannelGrids(int Axis, IReadOnlyList<float> Scales, IReadOnlyList<float> ZeroPoints)
{
    /// <inheritdoc/>
    public bool Equals(ChannelGrids? other) =>
        other is not null
        && Axis == other.Axis
        && Scales.SequenceEqual(other.Scales)
        && ZeroPoints.SequenceEqual(other.ZeroPoints);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Axis, Scales.Count, Scales.FirstOrDefault());
}
