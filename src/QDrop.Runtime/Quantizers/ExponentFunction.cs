using static TorchSharp.torch;

namespace QDrop.Quantizers;

/// <summary>Fake-quantized weights, differentiable in α and in v of the exponents. Arguments of <c>apply</c>: α, v and an <see cref="ExponentPass"/>.</summary>
internal sealed class ExponentFunction : autograd.SingleTensorFunction<ExponentFunction>
{
    /// <inheritdoc/>
    public override string Name => nameof(ExponentFunction);

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var alpha = (Tensor)vars[0];
        var pass = (ExponentPass)vars[2];
        ctx.save_for_backward([alpha]);
        ctx.save_data(nameof(ExponentPass), pass);
        return pass.Forward(alpha);
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        var pass = (ExponentPass)ctx.get_data(nameof(ExponentPass));
        var (alpha, v) = pass.Backward(ctx.get_saved_variables()[0], grad_output);
        return [alpha, v, null!];
    }
}

/// <summary>One pass through a weight whose exponents are learned.</summary>
/// <param name="Exponents">The weight and its exponents.</param>
/// <param name="Steps">The grid of each channel in this pass.</param>
internal sealed unsafe record ExponentPass(LearnedExponents Exponents, SoftStep[] Steps)
{
    /// <summary>The fake-quantized weights.</summary>
    public Tensor Forward(Tensor alpha)
    {
        var result = DenseMemory.EmptyLike(alpha);
        float* weights = DenseMemory.Floats(Exponents.Weight), from = DenseMemory.Floats(alpha), to = DenseMemory.Floats(result);
        ForEachRun((channel, first, count) => ExponentRounding.Forward(weights + first, from + first, to + first, count, Steps[channel], Exponents.Top));
        GC.KeepAlive(alpha);
        return result;
    }

    /// <summary>The gradients of α and v.</summary>
    public (Tensor Alpha, Tensor V) Backward(Tensor alpha, Tensor outputGradient)
    {
        var ordered = DenseMemory.InOrderOf(outputGradient, alpha);
        var result = DenseMemory.EmptyLike(alpha);
        var sums = new double[Steps.Length];
        float* weights = DenseMemory.Floats(Exponents.Weight), at = DenseMemory.Floats(alpha), from = DenseMemory.Floats(ordered), to = DenseMemory.Floats(result);
        ForEachRun((channel, first, count) =>
            sums[channel] += ExponentRounding.Backward(weights + first, at + first, from + first, to + first, count, Steps[channel], Exponents.Top));
        GC.KeepAlive(alpha);
        GC.KeepAlive(ordered);
        if (!ReferenceEquals(ordered, outputGradient))
            ordered.Dispose();
        return (result, tensor([.. sums.Select((sum, c) => (float)(sum * Steps[c].Slope))]));
    }

    /// <summary>Calls <paramref name="body"/> for each run of weights of one channel that lie side by side.</summary>
    private void ForEachRun(Action<int, long, long> body)
    {
        long inner = Exponents.Inner, runs = Exponents.Weight.NumberOfElements / inner;
        for (var run = 0L; run < runs; run++)
            body((int)(run % Steps.Length), run * inner, inner);
    }
}
