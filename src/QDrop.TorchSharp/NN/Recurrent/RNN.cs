using static TorchSharp.torch;
using static TorchSharp.torch.nn.utils.rnn;

namespace TorchSharp.Modules;

/// <summary>Elman network: h' = f(W_ih·x + b_ih + W_hh·h + b_hh) with tanh or ReLU, in several layers, optionally in both directions.</summary>
public sealed class RNN : nn.Module<Tensor, Tensor, (Tensor, Tensor)>
{
    private readonly RecurrentStack _stack;

    internal RNN(long inputSize, long hiddenSize, long numLayers, nn.NonLinearities nonLinearity, bool bias, bool batchFirst, double dropout, bool bidirectional, Device? device, ScalarType? dtype) : base(nameof(RNN)) =>
        _stack = new RecurrentStack(this, nonLinearity == nn.NonLinearities.ReLU ? "rnn_relu" : "rnn_tanh", 1, 1, inputSize, hiddenSize, numLayers, bias, batchFirst, dropout, bidirectional, device, dtype);

    /// <param name="input"><c>[L, N, in]</c>, <c>[N, L, in]</c> where batches come first, or <c>[L, in]</c>.</param>
    /// <param name="h0"><c>[layers · directions, N, hidden]</c>; zeros where null.</param>
    /// <returns>The output of each step and the final state.</returns>
    public override (Tensor, Tensor) forward(Tensor input, Tensor? h0)
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

    public Parameter get_weight_ih(long idx) => _internal_params[$"weight_ih_l{idx}"];

    public Parameter get_weight_hh(long idx) => _internal_params[$"weight_hh_l{idx}"];

    public Parameter get_bias_ih(long idx) => _internal_params[$"bias_ih_l{idx}"];

    public Parameter get_bias_hh(long idx) => _internal_params[$"bias_hh_l{idx}"];
}
