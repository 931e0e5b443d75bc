using static TorchSharp.torch;

namespace QDrop.Quantizers;

/// <summary>
/// Fake quantization of activations with gradients for the activations, for the step and for the offset. Arguments of <c>apply</c>: the
/// activations, the scale <c>[1]</c>, the offset <c>[1]</c> and an <see cref="OffsetQuantizePass"/>.
/// </summary>
internal sealed class OffsetQuantizeFunction : autograd.SingleTensorFunction<OffsetQuantizeFunction>
{
    /// <inheritdoc/>
    public override string Name => nameof(OffsetQuantizeFunction);

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var x = DenseMemory.ToDense((Tensor)vars[0]);
        var pass = (OffsetQuantizePass)vars[3];
        ctx.save_for_backward([x]);
        ctx.save_data(nameof(OffsetQuantizePass), pass);
        return pass.Forward(x);
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        var pass = (OffsetQuantizePass)ctx.get_data(nameof(OffsetQuantizePass));
        var (gradient, scale, offset) = pass.Backward(ctx.get_saved_variables()[0], grad_output);
        return [gradient, scale, offset, null!];
    }
}

/// <summary>What one forward pass through an activation quantizer that learns its offset leaves for the backward pass.</summary>
/// <param name="Scale">Step of the grid.</param>
/// <param name="Offset">Value of the lowest level.</param>
/// <param name="Top">Highest level.</param>
/// <param name="Factor">Factor of the gradients of step and offset.</param>
/// <param name="Mask">Which elements are quantized.</param>
internal sealed record OffsetQuantizePass(float Scale, float Offset, float Top, float Factor, DropMask Mask)
{
    /// <summary>Quantizes dense activations; the result has the same memory order.</summary>
    public unsafe Tensor Forward(Tensor x)
    {
        var y = DenseMemory.EmptyLike(x);
        var length = x.NumberOfElements;
        float* from = DenseMemory.Floats(x), to = DenseMemory.Floats(y);
        Mask.Begin(length);
        Chunks.ForEach(length, (chunk, first, count) =>
            OffsetQuantization.Forward(from + first, to + first, count, Scale, Offset, Top, Mask.Choose(chunk, first)));
        GC.KeepAlive(x);
        return y;
    }

    /// <summary>The gradients of the activations, of the scale and of the offset.</summary>
    public unsafe (Tensor Gradient, Tensor Scale, Tensor Offset) Backward(Tensor x, Tensor outputGradient)
    {
        var ordered = DenseMemory.InOrderOf(outputGradient, x);
        var result = DenseMemory.EmptyLike(x);
        var length = x.NumberOfElements;
        var sums = new (float Scale, float Offset)[Chunks.Count(length)];
        float* values = DenseMemory.Floats(x), from = DenseMemory.Floats(ordered), to = DenseMemory.Floats(result);
        Chunks.ForEach(length, (chunk, first, count) =>
            sums[chunk] = OffsetQuantization.Backward(values + first, from + first, to + first, count, Scale, Offset, Top, Mask.Of(chunk)));
        GC.KeepAlive(x);
        GC.KeepAlive(ordered);
        if (!ReferenceEquals(ordered, outputGradient))
            ordered.Dispose();
        Mask.End();
        return (result, tensor([(float)sums.Sum(static s => (double)s.Scale) * Factor]), tensor([(float)sums.Sum(static s => (double)s.Offset) * Factor]));
    }
}
