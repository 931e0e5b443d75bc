using QDrop.Calibration.Learning;
using QDrop.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Calibration.Insight;

/// <summary>Quantizes the weights of layers otherwise for a while.</summary>
internal static class OtherWeights
{
    /// <summary>Layers whose weights are rounded to nearest on the grids that they have.</summary>
    public static TemporaryChange Nearest(IEnumerable<QuantizedLayer> layers) =>
        TemporaryChange.Of(layers, Keep, static layer =>
        {
            using DisposeScope scope = NewDisposeScope();
            layer.Weight.SetGrid([.. layer.Weight.Scale!.data<float>()], [.. layer.Weight.ZeroPoint!.data<float>()]);
        });

    /// <summary>
    /// Layers whose weights are rounded to nearest with another bit width, on ranges searched for it.
    /// </summary>
    public static TemporaryChange With(
        int bits, IEnumerable<QuantizedLayer> layers, CancellationToken cancellation = default) =>
        TemporaryChange.Of(layers, Keep, layer =>
        {
            layer.Weight.Bits = bits;
            layer.Weight.Calibration.SearchRange(cancellation);
        });

    private static Action Keep(QuantizedLayer layer)
    {
        int bits = layer.Weight.Bits;
        Tensor[] kept = [layer.Weight.Levels(), layer.Weight.Scale!.clone(), layer.Weight.ZeroPoint!.clone()];
        foreach (Tensor tensor in kept)
            tensor.DetachFromDisposeScope();
        return () =>
        {
            layer.Weight.Bits = bits;
            layer.Weight.Restore(kept[0], kept[1], kept[2]);
            foreach (Tensor tensor in kept)
                tensor.Dispose();
        };
    }
}
