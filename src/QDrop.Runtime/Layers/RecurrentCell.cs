using QDrop.Native;
using QDrop.Quantizers;
using QDrop.Recording;
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
            RecurrentKind.Gru => new(Gru(Parts(input, 3), Parts(hidden, 3), state.Hidden), null),
            RecurrentKind.Relu => new(Rectifier.Function(input.Plus(hidden)), null),
            _ => new(Tanh(input.Plus(hidden)), null),
        };

    private static RecurrentState Lstm(Tensor gates, Tensor cell)
    {
        Tensor[] parts = Parts(gates, 4);
        Tensor next = Times(Sigmoid(parts[1]), cell).Plus(Times(Sigmoid(parts[0]), Tanh(parts[2])));
        return new(Times(Sigmoid(parts[3]), Tanh(next)), next);
    }

    private static Tensor Gru(Tensor[] input, Tensor[] hidden, Tensor state)
    {
        Tensor reset = Sigmoid(input[0].Plus(hidden[0])), update = Sigmoid(input[1].Plus(hidden[1]));
        Tensor fresh = Tanh(input[2].Plus(Times(reset, hidden[2])));
        return Note.As(
            state.sub(fresh).mul(update).add(fresh, Numbers.One),
            $"add(mul(sub({state}, {fresh}), {update}), {fresh})");
    }

    private static Tensor[] Parts(Tensor x, long count) => Note.Parts(x.chunk(count, -1), x, -1);

    private static Tensor Sigmoid(Tensor x) => Note.As(x.sigmoid(), $"sigmoid({x})");

    private static Tensor Tanh(Tensor x) => Note.As(x.tanh(), $"tanh({x})");

    private static Tensor Times(Tensor x, Tensor y) => Note.As(x.mul(y), $"mul({x}, {y})");
}
