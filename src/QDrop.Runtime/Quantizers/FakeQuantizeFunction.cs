using QDrop.Reconstruction;
using static TorchSharp.torch;

namespace QDrop.Quantizers;

/// <summary>
/// Fake quantization of activations with gradients for the activations and for the step. Arguments of <c>apply</c>: the activations, the
/// scale <c>[1]</c> and a <see cref="FakeQuantizePass"/>.
/// </summary>
internal sealed class FakeQuantizeFunction : autograd.SingleTensorFunction<FakeQuantizeFunction>
{
    /// <inheritdoc/>
    public override string Name => nameof(FakeQuantizeFunction);

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var x = DenseMemory.ToDense((Tensor)vars[0]);
        var pass = (FakeQuantizePass)vars[2];
        ctx.save_for_backward([x]);
        ctx.save_data(nameof(FakeQuantizePass), pass);
        return pass.Forward(x);
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        var pass = (FakeQuantizePass)ctx.get_data(nameof(FakeQuantizePass));
        var x = ctx.get_saved_variables()[0];
        var (gradient, scaleGradient) = pass.Backward(x, grad_output);
        // What is no tensor has no gradient.
        return [gradient, scaleGradient, null!];
    }
}

/// <summary>What one forward pass through an activation quantizer leaves for the backward pass.</summary>
/// <param name="Scale">Step of the grid as used, see <see cref="ActivationQuantizer"/>.</param>
/// <param name="ZeroPoint">Level that stands for 0.</param>
/// <param name="Top">Highest level.</param>
/// <param name="ScaleFactor">Factor of the step's gradient.</param>
/// <param name="Keep">Probability that an element is quantized.</param>
/// <param name="Draws">Where the choice comes from; not used if <paramref name="Keep"/> is 1.</param>
/// <param name="Rectify">Whether ReLU is part of the pass.</param>
internal sealed record FakeQuantizePass(float Scale, float ZeroPoint, float Top, float ScaleFactor, double Keep, DrawSource? Draws, bool Rectify = false)
{
    private readonly DropMask _mask = new(Keep, Draws);

    /// <summary>Quantizes dense activations; the result has the same memory order.</summary>
    public unsafe Tensor Forward(Tensor x)
    {
        var y = DenseMemory.EmptyLike(x);
        var length = x.NumberOfElements;
        float* from = DenseMemory.Floats(x), to = DenseMemory.Floats(y);
        _mask.Begin(length);
        Chunks.ForEach(length, (chunk, first, count) =>
            FakeQuantization.Forward(from + first, to + first, count, Scale, ZeroPoint, Top, _mask.Choose(chunk, first), Rectify));
        GC.KeepAlive(x);
        return y;
    }

    /// <summary>The gradients of the activations and of the scale.</summary>
    public unsafe (Tensor Gradient, Tensor ScaleGradient) Backward(Tensor x, Tensor outputGradient)
    {
        var ordered = DenseMemory.InOrderOf(outputGradient, x);
        var result = DenseMemory.EmptyLike(x);
        var length = x.NumberOfElements;
        var sums = new float[Chunks.Count(length)];
        float* values = DenseMemory.Floats(x), from = DenseMemory.Floats(ordered), to = DenseMemory.Floats(result);
        Chunks.ForEach(length, (chunk, first, count) =>
            sums[chunk] = FakeQuantization.Backward(values + first, from + first, to + first, count, Scale, ZeroPoint, Top, _mask.Of(chunk), Rectify));
        GC.KeepAlive(x);
        GC.KeepAlive(ordered);
        if (!ReferenceEquals(ordered, outputGradient))
            ordered.Dispose();
        _mask.End();
        var total = 0.0;
        foreach (var sum in sums)
            total += sum;
        return (result, tensor([(float)total * ScaleFactor]));
    }
}
