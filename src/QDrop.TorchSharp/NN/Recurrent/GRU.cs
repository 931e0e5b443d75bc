using static TorchSharp.torch;
using static TorchSharp.torch.nn.utils.rnn;

namespace TorchSharp.Modules;

/// <summary>Gated recurrent units (Cho et al. 2014) in several layers, optionally in both directions.</summary>
public sealed class GRU : nn.Module<Tensor, Tensor, (Tensor, Tensor)>
{
    private readonly RecurrentStack _stack;

    internal GRU(long inputSize, long hiddenSize, long numLayers, bool bias, bool batchFirst, double dropout, bool bidirectional, Device? device, ScalarType? dtype) : base(nameof(GRU)) =>
        _stack = new RecurrentStack(this, "gru", 3, 1, inputSize, hiddenSize, numLayers, bias, batchFirst, dropout, bidirectional, device, dtype);

    /// <param name="input"><c>[L, N, in]</c>, <c>[N, L, in]</c> where batches come first, or <c>[L, in]</c>.</param>
    /// <param name="h0"><c>[layers · directions, N, hidden]</c>; zeros where null.</param>
    /// <returns>The output of each step and the final state.</returns>
    public override (Tensor, Tensor) forward(Tensor input, Tensor? h0 = null)
    {
        Tensor[] results = _stack.Forward(input, h0 is null ? null : [h0], training);
        return (results[0], results[1]);
    }

    /// <inheritdoc cref="forward"/>
    public new (Tensor, Tensor) call(Tensor input, Tensor? h0 = null) => base.call(input, h0!);

    public (PackedSequence, Tensor) call(PackedSequence input, Tensor? h0 = null)
    {
        (PackedSequence output, Tensor[] final) = _stack.Forward(input, h0 is null ? null : [h0], training);
        return (output, final[0]);
    }

    /// <summary>Weights lie where libtorch wants them on a CPU; nothing to do.</summary>
    public void flatten_parameters()
    {
    }
}
