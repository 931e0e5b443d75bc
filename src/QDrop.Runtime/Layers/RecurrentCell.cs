using QDrop.Native;
using QDrop.Quantizers;
using static TorchSharp.torch;

namespace QDrop.Layers;

/// <summary>What a recurrent layer computes in a step.</summary>
internal enum RecurrentKind
{
    /// <summary>tanh of the sum of both products.</summary>
    Tanh,

    /// <summary>ReLU of the sum of both products.</summary>
    Relu,

    /// <summary>Gated recurrent unit (arXiv 1406.1078).</summary>
    Gru,

    /// <summary>Long short-term memory (Hochreiter and Schmidhuber 1997).</summary>
    Lstm,
}

/// <summary>
/// The gates of recurrent layers, from the products of input and hidden state with their weights. Rows of the weights
/// are in libtorch's order: input, forget, cell and output gate of an LSTM; reset, update and new gate of a GRU.
/// </summary>
internal static class RecurrentCell
{
    /// <summary>Computes a step.</summary>
    /// <param name="kind">What is computed.</param>
    /// <param name="input">Products of the input <c>[N, G]</c>, biases added.</param>
    /// <param name="hidden">Products of the hidden state <c>[N, G]</c>, biases added.</param>
    /// <param name="state">The state before the step.</param>
    /// <returns>The state after the step.</returns>
    public static RecurrentState Step(RecurrentKind kind, Tensor input, Tensor hidden, RecurrentState state) =>
        kind switch
        {
            RecurrentKind.Lstm => Lstm(input.Plus(hidden), state.Cell!),
            RecurrentKind.Gru => new(Gru(input.chunk(3, -1), hidden.chunk(3, -1), state.Hidden), null),
            RecurrentKind.Relu => new(input.Plus(hidden).relu(), null),
            _ => new(input.Plus(hidden).tanh(), null),
        };

    private static RecurrentState Lstm(Tensor gates, Tensor cell)
    {
        Tensor[] parts = gates.chunk(4, -1);
        Tensor next = parts[1].sigmoid().mul(cell).Plus(parts[0].sigmoid().mul(parts[2].tanh()));
        return new(parts[3].sigmoid().mul(next.tanh()), next);
    }

    private static Tensor Gru(Tensor[] input, Tensor[] hidden, Tensor state)
    {
        Tensor reset = input[0].Plus(hidden[0]).sigmoid(), update = input[1].Plus(hidden[1]).sigmoid();
        Tensor fresh = input[2].Plus(reset.mul(hidden[2])).tanh();
        return state.sub(fresh).mul(update).Plus(fresh);
    }
}
