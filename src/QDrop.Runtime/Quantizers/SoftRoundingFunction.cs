using static TorchSharp.torch;

namespace QDrop.Quantizers;

/// <summary>Fake-quantized weights with learned rounding, differentiable in α. Arguments of <c>apply</c>: α and a <see cref="RoundingGrid"/>.</summary>
internal sealed unsafe class SoftRoundingFunction : autograd.SingleTensorFunction<SoftRoundingFunction>
{
    /// <inheritdoc/>
    public override string Name => nameof(SoftRoundingFunction);

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var alpha = (Tensor)vars[0];
        var grid = (RoundingGrid)vars[1];
        ctx.save_for_backward([alpha]);
        ctx.save_data(nameof(RoundingGrid), grid);
        var weights = DenseMemory.EmptyLike(alpha);
        float* from = DenseMemory.Floats(alpha), to = DenseMemory.Floats(weights);
        Chunks.ForEach(alpha.NumberOfElements, (_, first, count) => LearnedRounding.Forward(from + first, grid, first, to + first, count));
        GC.KeepAlive(alpha);
        return weights;
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        var alpha = ctx.get_saved_variables()[0];
        var grid = (RoundingGrid)ctx.get_data(nameof(RoundingGrid));
        var ordered = DenseMemory.InOrderOf(grad_output, alpha);
        var gradient = DenseMemory.EmptyLike(alpha);
        float* at = DenseMemory.Floats(alpha), from = DenseMemory.Floats(ordered), to = DenseMemory.Floats(gradient);
        Chunks.ForEach(alpha.NumberOfElements, (_, first, count) => LearnedRounding.Backward(at + first, grid, first, from + first, to + first, count));
        GC.KeepAlive(alpha);
        GC.KeepAlive(ordered);
        if (!ReferenceEquals(ordered, grad_output))
            ordered.Dispose();
        return [gradient, null!];
    }
}
