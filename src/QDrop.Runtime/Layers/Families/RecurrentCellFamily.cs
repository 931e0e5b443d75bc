using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace QDrop.Layers.Families;

/// <summary>Cells of recurrent layers: one step each.</summary>
[LayerFamily(LayerKind.RecurrentCell)]
[LayerTypes(typeof(RNNCell), Weights = Gate)]
[LayerTypes(typeof(GRUCell), Weights = "3 * " + Gate)]
[LayerTypes(typeof(LSTMCell), Weights = "4 * " + Gate)]
internal sealed class RecurrentCellFamily : LayerFamily
{
    private const string Gate = "hiddenSize * (inputSize + hiddenSize)";

    public override IReadOnlyList<LayerSource> SourcesOf(string name, Module layer) =>
        [.. RecurrentParameters.Of(name, layer).Sources];

    public override Action? CountFloat(Module layer, Action<long> count) => RecurrentCost.Count(layer, count);
}
