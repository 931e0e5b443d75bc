using QDrop.Artifacts;
using QDrop.CompilerServices;
using QDrop.Quantizers;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Models;

/// <summary>Takes the levels and grids out of a twin that has run.</summary>
internal static class TwinState
{
    /// <summary>Whether there are quantized weights, and every layer and activation has its grid.</summary>
    public static bool IsQuantized(QuantizationContext context) =>
        context.Layers.Count > 0
        && context.Layers.All(static l => l.Weight is { Enabled: true, Scale: not null })
        && context.Activations.All(static a => a.Scale is not null);

    /// <summary>The quantized layers, their tensors outside every dispose scope.</summary>
    public static QuantizedLayerState[] Layers(QuantizationContext context) =>
    [
        .. context.Layers.Select(static l => new QuantizedLayerState(
            l.Name,
            l.Weight.Bits,
            Own(l.Weight.Levels()),
            Own(l.Weight.Scale!),
            Own(l.Weight.ZeroPoint!),
            l.ChannelAxis,
            l.Bias is null ? null : Own(l.Bias))),
    ];

    /// <summary>The activation quantizers.</summary>
    public static ActivationState[] Activations(QuantizationContext context) => [.. context.Activations.Select(Of)];

    /// <summary>A copy of a tensor, outside every dispose scope.</summary>
    public static Tensor Own(Tensor tensor) => tensor.detach().clone().DetachFromDisposeScope();

    private static ActivationState Of(ActivationQuantizer activation) =>
        activation.ChannelAxis is { } axis
            ? ActivationState.OfChannels(
                activation.Name,
                activation.Bits,
                new ChannelGrids(axis, [.. activation.Scale!.data<float>()], [.. activation.ZeroPoint!.data<float>()]))
            : new ActivationState(
                activation.Name, activation.Bits, activation.Scale!.ToSingle(), activation.ZeroPoint!.ToSingle());
}
