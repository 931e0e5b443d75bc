using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Layers.Families;

/// <summary>Recurrent layers and their cells. A gate has weights for the input and weights for the state.</summary>
[LayerFamily(LayerKind.Unsupported,
    Reason = "recurrent layers carry a state that is not quantized",
    Advice = "keep it outside the quantized model")]
[LayerTypes(typeof(RNN), Weights = Gate)]
[LayerTypes(typeof(GRU), Weights = "3 * " + Gate)]
[LayerTypes(typeof(LSTM), Weights = "4 * " + Gate)]
[LayerTypes(typeof(RNNCell), Weights = CellGate)]
[LayerTypes(typeof(GRUCell), Weights = "3 * " + CellGate)]
[LayerTypes(typeof(LSTMCell), Weights = "4 * " + CellGate)]
internal sealed class RecurrentFamily : LayerFamily
{
    // The input of every layer but the first is the output of the one before, in both directions.
    private const string Gate = "hiddenSize * (bidirectional ? 2 : 1) * (inputSize + hiddenSize "
        + "+ (numLayers - 1) * (hiddenSize * (bidirectional ? 2 : 1) + hiddenSize))";

    private const string CellGate = "hiddenSize * (inputSize + hiddenSize)";

    public override Action? CountFloat(Module layer, Action<long> count)
    {
        return layer switch
        {
            LSTM lstm => lstm.register_forward_hook((of, x, _, y) => Counted(of, x, y)).remove,
            LSTMCell cell => cell.register_forward_hook((of, x, _, y) => Counted(of, x, y)).remove,
            Module<Tensor, Tensor, Tensor> cell => cell.register_forward_hook(
                (of, x, _, y) => Counted(of, x, y)).remove,
            Module<Tensor, Tensor, (Tensor, Tensor)> stack => stack
                .register_forward_hook((of, x, _, y) => Counted(of, x, y))
                .remove,
            _ => null,
        };

        T Counted<T>(Module of, Tensor x, T y)
        {
            count(MultiplyAccumulates.WithAll(x, of));
            return y;
        }
    }
}
