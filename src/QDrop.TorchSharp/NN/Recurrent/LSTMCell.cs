using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>One step of long short-term memory.</summary>
public sealed class LSTMCell : nn.Module<Tensor, (Tensor, Tensor)?, (Tensor, Tensor)>
{
    internal LSTMCell(long inputSize, long hiddenSize, bool bias, Device? device, ScalarType? dtype) : base(nameof(LSTMCell)) =>
        RecurrentStack.AddWeights(this, "", inputSize, hiddenSize, 4, bias, device, dtype);

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
    /// <param name="h0_c0">Each <c>[N, hidden]</c> or <c>[hidden]</c>; zeros where null.</param>
    /// <returns>The next hidden state and the next cell state.</returns>
    public override (Tensor, Tensor) forward(Tensor input, (Tensor, Tensor)? h0_c0) =>
        RecurrentCell.StepWithMemory(input, h0_c0, weight_ih, weight_hh, bias_ih, bias_hh);

    /// <inheritdoc cref="forward"/>
    public new (Tensor, Tensor) call(Tensor input, (Tensor, Tensor)? h0_c0 = null) => base.call(input, h0_c0);
}
