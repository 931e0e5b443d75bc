using static TorchSharp.torch;

namespace QDrop.Quantizers;

/// <summary>
/// Steps s = 2^round(t), the gradient going straight through rounding: ds/dt = s · ln 2 (arXiv 1903.08066, eq. 6). Arguments of <c>apply</c>: t, and the steps, which the
/// caller has computed.
/// </summary>
internal sealed class StepFunction : autograd.SingleTensorFunction<StepFunction>
{
    /// <inheritdoc/>
    public override string Name => nameof(StepFunction);

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var steps = (float[])vars[1];
        ctx.save_data(nameof(steps), steps);
        return tensor(steps);
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        var steps = (float[])ctx.get_data("steps");
        return [grad_output * tensor(Array.ConvertAll(steps, static s => s * MathF.Log(2))), null!];
    }
}
