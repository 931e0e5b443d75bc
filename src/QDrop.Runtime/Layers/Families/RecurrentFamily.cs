using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace QDrop.Layers.Families;

/// <summary>
/// Recurrent layers. Each gate has weights for the input and weights for the hidden state, which are linear layers.
/// </summary>
[LayerFamily(LayerKind.Recurrent)]
[LayerTypes(typeof(RNN), Weights = Gate)]
[LayerTypes(typeof(GRU), Weights = "3 * " + Gate)]
[LayerTypes(typeof(LSTM), Weights = "4 * " + Gate)]
internal sealed class RecurrentFamily : LayerFamily
{
    // The input of every layer but the first is the output of the one before, in both directions.
    private const string Gate = "hiddenSize * (bidirectional ? 2 : 1) * (inputSize + hiddenSize "
        + "+ (numLayers - 1) * (hiddenSize * (bidirectional ? 2 : 1) + hiddenSize))";

    public override IReadOnlyList<LayerSource> SourcesOf(string name, Module layer) =>
        [.. RecurrentParameters.Of(name, layer).Sources];

    public override Action? CountFloat(Module layer, Action<long> count) => RecurrentCost.Count(layer, count);
}
