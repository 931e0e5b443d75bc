using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>One step of a gated recurrent unit.</summary>
public sealed class GRUCell : nn.Module<Tensor, Tensor, Tensor>
{
    internal GRUCell(long inputSize, long hiddenSize, bool bias, Device? device, ScalarType? dtype) : base(nameof(GRUCell)) =>
        RecurrentStack.AddWeights(this, "", inputSize, hiddenSize, 3, bias, device, dtype);

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
    public override Tensor forward(Tensor input, Tensor? h0 = null) => RecurrentCell.Step("gru_cell", input, h0, weight_ih, weight_hh, bias_ih, bias_hh);
}
