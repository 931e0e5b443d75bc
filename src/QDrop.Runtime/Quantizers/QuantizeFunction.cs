using static TorchSharp.torch;

namespace QDrop.Quantizers;

/// <summary>
/// Fake quantization of activations with gradients for the activations and for the grids. Arguments of <c>apply</c>: the activations, the
/// scales <c>[grids]</c>, where they are learned the offsets <c>[grids]</c>, and a <see cref="QuantizePass"/>.
/// </summary>
internal sealed class QuantizeFunction : autograd.SingleTensorFunction<QuantizeFunction>
{
    /// <inheritdoc/>
    public override string Name => nameof(QuantizeFunction);

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var x = DenseMemory.ToDense((Tensor)vars[0]);
        var pass = (QuantizePass)vars[^1];
        ctx.save_for_backward([x]);
        ctx.save_data(nameof(QuantizePass), pass);
        return pass.Forward(x);
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        var pass = (QuantizePass)ctx.get_data(nameof(QuantizePass));
        var (gradient, scales, offsets) = pass.Backward(ctx.get_saved_variables()[0], grad_output);
        // What is no tensor has no gradient.
        return offsets is null ? [gradient, scales, null!] : [gradient, scales, offsets, null!];
    }
}
