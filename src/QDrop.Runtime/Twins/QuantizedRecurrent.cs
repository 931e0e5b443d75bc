using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.CompilerServices;

/// <summary>What a model calls in place of an <c>LSTM</c>, <c>GRU</c> or <c>RNN</c>.</summary>
/// <param name="unit">Computes it.</param>
internal sealed class QuantizedRecurrent(RecurrentUnit unit)
    : IModule<Tensor, Tensor?, (Tensor, Tensor)>,
        IModule<Tensor, (Tensor, Tensor)?, (Tensor, Tensor, Tensor)>
{
    /// <summary>As TorchSharp's <c>GRU</c> and <c>RNN</c>: outputs and last hidden states.</summary>
    public (Tensor, Tensor) call(Tensor input, Tensor? state) =>
        unit.Run(input, state, null).Get<(Tensor, Tensor)>();

    /// <summary>As TorchSharp's <c>LSTM</c>: outputs, last hidden states and last cell states.</summary>
    public (Tensor, Tensor, Tensor) call(Tensor input, (Tensor, Tensor)? state) =>
        unit.Run(input, state?.Item1, state?.Item2).Get<(Tensor, Tensor, Tensor)>();
}
