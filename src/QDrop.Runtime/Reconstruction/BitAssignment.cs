using QDrop.Modules;
using QDrop.Quantizers;

namespace QDrop.Reconstruction;

/// <summary>Gives layers and activation quantizers their bit widths, and the way in which their ranges are chosen.</summary>
internal static class BitAssignment
{
    /// <summary>8 bits, or what the settings say, for the first and last layer and for what the last layer reads; where an attribute says something, that.</summary>
    public static void Assign(QuantizationContext context, QuantizationSettings settings)
    {
        QuantizedLayer first = context.Layers[0], last = context.Layers[^1];
        ActivationQuantizer? input = context.Trace.TakeWhile(t => t != last).OfType<ActivationQuantizer>().LastOrDefault();
        foreach (QuantizedLayer layer in context.Layers)
        {
            layer.Weight.Range = RangeOptions.OfWeights(settings);
            layer.Weight.PerChannel = settings.WeightsPerChannel;
            layer.Weight.Bits = context.Overrides.W(layer.Name) ?? (layer == first || layer == last ? settings.FirstLast : settings.W);
        }
        foreach (ActivationQuantizer activation in context.Activations)
        {
            activation.Range = RangeOptions.OfActivations(settings);
            activation.PerChannel = settings.ActivationsPerChannel && activation.HasChannels;
            activation.Bits = context.Overrides.A(activation.Name) ?? (activation == input ? settings.FirstLast : settings.A);
        }
    }
}
