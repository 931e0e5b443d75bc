using QDrop.Calibration.Learning;
using QDrop.Calibration.Ranges;
using QDrop.CompilerServices;
using QDrop.Layers;
using QDrop.Quantizers;

namespace QDrop.Calibration.Execution;

/// <summary>
/// Gives layers and activation quantizers their bit widths, and the way in which their ranges are chosen.
/// </summary>
internal static class BitAssignment
{
    /// <summary>
    /// 8 bits, or what the settings say, for the first and last layer and for what the last layer reads; where an
    /// attribute says something, that.
    /// </summary>
    public static void Assign(QuantizationContext context, QuantizationSettings settings)
    {
        ActivationQuantizer? input = LastInput(context);
        foreach (QuantizedLayer layer in context.Layers)
        {
            layer.Weight.Calibration.Range = RangeOptions.OfWeights(settings);
            layer.Weight.Calibration.PerChannel = settings.WeightsPerChannel;
            layer.Weight.Bits = Given(context, settings, layer) ?? settings.W;
        }
        foreach (ActivationQuantizer activation in context.Activations)
        {
            activation.Calibration.Range = RangeOptions.OfActivations(settings);
            activation.Calibration.PerChannel = settings.ActivationsPerChannel && activation.HasChannels;
            activation.Bits =
                context.Overrides.A(activation.Name)
                ?? (activation == input || IsInput(context, activation) ? settings.FirstLast : settings.A);
        }
    }

    /// <summary>
    /// The width of a layer's weights that an attribute gives, or that it has as the first or last one;
    /// <see langword="null"/> where the model's is for it.
    /// </summary>
    public static int? Given(QuantizationContext context, QuantizationSettings settings, QuantizedLayer layer) =>
        context.Overrides.W(layer.Name)
        ?? (layer == context.Layers[0] || layer == context.Layers[^1] ? settings.FirstLast : null);

    /// <summary>
    /// Whether a layer's bit width is said for it in particular: by an attribute, or because it is the first or the
    /// last.
    /// </summary>
    public static bool IsPinned(QuantizationContext context, QuantizedLayer layer) =>
        layer == context.Layers[0] || layer == context.Layers[^1] || context.Overrides.W(layer.Name) is not null;

    /// <inheritdoc cref="IsPinned(QuantizationContext, QuantizedLayer)"/>
    public static bool IsPinned(QuantizationContext context, ActivationQuantizer activation) =>
        activation == LastInput(context) || IsInput(context, activation)
        || context.Overrides.A(activation.Name) is not null;

    private static bool IsInput(QuantizationContext context, ActivationQuantizer activation) =>
        context.Layers.Any(l => context.InputOf(l) == activation);

    /// <summary>What the last layer reads.</summary>
    private static ActivationQuantizer? LastInput(QuantizationContext context) =>
        context.Trace.TakeWhile(t => t != context.Layers[^1]).OfType<ActivationQuantizer>().LastOrDefault();
}
