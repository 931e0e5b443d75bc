using QDrop.Calibration.Learning;
using QDrop.Layers;
using static TorchSharp.torch;

namespace QDrop.Calibration.Insight;

/// <summary>Layers whose weights are quantized otherwise than they were calibrated, until this is disposed.</summary>
internal sealed class OtherWeights : IDisposable
{
    private readonly List<Action> _undo = [];

    private OtherWeights(IEnumerable<QuantizedLayer> layers, Action<QuantizedLayer> change)
    {
        try
        {
            foreach (QuantizedLayer layer in layers)
            {
                Keep(layer);
                change(layer);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Layers whose weights are rounded to nearest on the grids that they have.</summary>
    public static OtherWeights Nearest(IEnumerable<QuantizedLayer> layers) => new(layers, static layer =>
    {
        using var scope = NewDisposeScope();
        layer.Weight.SetGrid([.. layer.Weight.Scale!.data<float>()], [.. layer.Weight.ZeroPoint!.data<float>()]);
    });

    /// <summary>Layers whose weights are rounded to nearest with another bit width, on ranges searched for it.</summary>
    public static OtherWeights With(int bits, IEnumerable<QuantizedLayer> layers, CancellationToken cancellation = default) => new(layers, layer =>
    {
        layer.Weight.Bits = bits;
        layer.Weight.Calibration.SearchRange(cancellation);
    });

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Action undo in _undo)
            undo();
        _undo.Clear();
    }

    private void Keep(QuantizedLayer layer)
    {
        int bits = layer.Weight.Bits;
        Tensor[] kept = [layer.Weight.Levels(), layer.Weight.Scale!.clone(), layer.Weight.ZeroPoint!.clone()];
        foreach (Tensor tensor in kept)
            tensor.DetachFromDisposeScope();
        _undo.Add(() =>
        {
            layer.Weight.Bits = bits;
            layer.Weight.Restore(kept[0], kept[1], kept[2]);
            foreach (Tensor tensor in kept)
                tensor.Dispose();
        });
    }
}
