using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>One step of an Elman network: h' = f(W_ih·x + b_ih + W_hh·h + b_hh).</summary>
public sealed class RNNCell : nn.Module<Tensor, Tensor, Tensor>
{
    private readonly string _op;

    internal RNNCell(long inputSize, long hiddenSize, nn.NonLinearities nonLinearity, bool bias, Device? device, ScalarType? dtype) : base(nameof(RNNCell))
    {
        _op = nonLinearity == nn.NonLinearities.ReLU ? "rnn_relu_cell" : "rnn_tanh_cell";
        RecurrentStack.AddWeights(this, "", inputSize, hiddenSize, 1, bias, device, dtype);
    }

    public Parameter weight_ih
    {
        get => _internal_params[nameof(weight_ih)];
        set => ConditionallyRegisterParameter(nameof(weight_ih), value);
    }

    public Parameter weight_hh
    {
        get => _internal_params[nameof(weight_hh)];
        set => ConditionallyRegisterParameter(nameof(weight_hh), value);
    }

    public Parameter? bias_ih
    {
        get => _internal_params.TryGetValue(nameof(bias_ih), out Parameter? parameter) ? parameter : null;
        set => ConditionallyRegisterParameter(nameof(bias_ih), value);
    }

    public Parameter? bias_hh
    {
        get => _internal_params.TryGetValue(nameof(bias_hh), out Parameter? parameter) ? parameter : null;
        set => ConditionallyRegisterParameter(nameof(bias_hh), value);
    }

    /// <param name="input"><c>[N, in]</c> or <c>[in]</c>.</param>
    /// <param name="h0"><c>[N, hidden]</c> or <c>[hidden]</c>; zeros where null.</param>
    public override Tensor forward(Tensor input, Tensor? h0 = null) => RecurrentCell.Step(_op, input, h0, weight_ih, weight_hh, bias_ih, bias_hh);
}
