using static TorchSharp.torch;

namespace QDrop.Artifacts;

/// <summary>A quantized model's contents, as an artifact holds them.</summary>
/// <param name="Manifest">What the model is and how it came to be.</param>
/// <param name="Layers">Layers with quantized weights.</param>
/// <param name="Activations">Activation quantizers.</param>
/// <param name="FloatTensors">Parameters and buffers that stay float, by their name in the model's <c>state_dict</c>.</param>
public sealed record QuantizedModelState(
    Manifest Manifest,
    IReadOnlyList<QuantizedLayerState> Layers,
    IReadOnlyList<ActivationState> Activations,
    IReadOnlyDictionary<string, Tensor> FloatTensors);

/// <summary>A layer with quantized weights: weight = scale · (level − zero point), with scale and zero point of the weight's channel.</summary>
/// <param name="Name">The layer's name in the model, such as <c>layer1.0.conv1</c>.</param>
/// <param name="Bits">Bits of a weight, 2 to 8.</param>
/// <param name="Levels">The weights' levels, 0 to 2^bits − 1: uint8, of the weight's shape.</param>
/// <param name="Scale">Scales of the channels, above 0: float32 <c>[C]</c>.</param>
/// <param name="ZeroPoint">Zero points of the channels, whole numbers from 0 to 2^bits − 1: float32 <c>[C]</c>.</param>
/// <param name="ChannelAxis">The dimension of the weight that counts its output channels.</param>
/// <param name="Bias">The bias, with a folded batch norm's share: float32 <c>[output channels]</c>; or none.</param>
public sealed record QuantizedLayerState(string Name, int Bits, Tensor Levels, Tensor Scale, Tensor ZeroPoint, int ChannelAxis, Tensor? Bias);

/// <summary>An activation quantizer: value = scale · (level − zero point) for the whole tensor.</summary>
/// <param name="Name">Its name in the model.</param>
/// <param name="Bits">Bits of an activation, 2 to 8.</param>
/// <param name="Scale">The scale, above 0.</param>
/// <param name="ZeroPoint">The zero point, a whole number from 0 to 2^bits − 1.</param>
public sealed record ActivationState(string Name, int Bits, float Scale, float ZeroPoint);
