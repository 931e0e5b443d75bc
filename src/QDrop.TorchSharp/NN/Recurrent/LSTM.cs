using static TorchSharp.torch;
using static TorchSharp.torch.nn.utils.rnn;

namespace TorchSharp.Modules;

/// <summary>Long short-term memory (Hochreiter and Schmidhuber 1997, with forget gates) in several layers, optionally in both directions.</summary>
public sealed class LSTM : nn.Module<Tensor, (Tensor, Tensor)?, (Tensor, Tensor, Tensor)>
{
    private readonly RecurrentStack _stack;

    internal LSTM(long inputSize, long hiddenSize, long numLayers, bool bias, bool batchFirst, double dropout, bool bidirectional, Device? device, ScalarType? dtype) : base(nameof(LSTM)) =>
        _stack = new RecurrentStack(this, "lstm", 4, 2, inputSize, hiddenSize, numLayers, bias, batchFirst, dropout, bidirectional, device, dtype);

    /// <param name="input"><c>[L, N, in]</c>, <c>[N, L, in]</c> where batches come first, or <c>[L, in]</c>.</param>
    /// <param name="h0_c0">Each <c>[layers · directions, N, hidden]</c>; zeros where null.</param>
    /// <returns>The output of each step, the final hidden state and the final cell state.</returns>
    public override (Tensor, Tensor, Tensor) forward(Tensor input, (Tensor, Tensor)? h0_c0 = null)
    {
        Tensor[] results = _stack.Forward(input, h0_c0 is var (h0, c0) ? [h0, c0] : null, training);
        return (results[0], results[1], results[2]);
    }

    /// <inheritdoc cref="forward"/>
    public new (Tensor, Tensor, Tensor) call(Tensor input, (Tensor, Tensor)? h0_c0 = null) => base.call(input, h0_c0);

    public (PackedSequence, Tensor, Tensor) call(PackedSequence input, (Tensor, Tensor)? h0_c0 = null)
    {
        (PackedSequence output, Tensor[] final) = _stack.Forward(input, h0_c0 is var (h0, c0) ? [h0, c0] : null, training);
        return (output, final[0], final[1]);
    }

    /// <summary>Weights lie where libtorch wants them on a CPU; nothing to do.</summary>
    public void flatten_parameters()
    {
    }
}
