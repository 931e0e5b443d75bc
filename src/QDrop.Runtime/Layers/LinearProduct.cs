using QDrop.Native;
using QDrop.Recording;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Layers;

/// <summary>
/// What a linear layer computes, x·Wᵀ + b, with the same bits whether or not the weight requires a gradient.
/// </summary>
internal static class LinearProduct
{
    /// <summary>Describes the weight of a linear layer.</summary>
    /// <param name="name">The layer's path in the model.</param>
    /// <param name="weight">Weight <c>[out, in]</c>.</param>
    /// <param name="bias">Bias <c>[out]</c>, or none.</param>
    /// <param name="parameters">Names in the model's <c>state_dict</c> of what a quantized layer replaces.</param>
    public static LayerSource Source(string name, Tensor weight, Tensor? bias, params string[] parameters) =>
        new(name, weight, bias, ChannelAxis: 0, Of, (_, y) => MultiplyAccumulates.WithSlices(y, weight), parameters);

    /// <summary>Applies a linear layer.</summary>
    /// <param name="x">Input <c>[…, in]</c>.</param>
    /// <param name="weight">Weight <c>[out, in]</c>.</param>
    /// <param name="bias">Bias <c>[out]</c>, or none.</param>
    /// <returns>Output <c>[…, out]</c>.</returns>
    public static Tensor Of(Tensor x, Tensor weight, Tensor? bias) =>
        Note.As(Compute(x, weight, bias), $"linear({x}, {weight}, {bias})");

    private static Tensor Compute(Tensor x, Tensor weight, Tensor? bias)
    {
        if (x.dim() < 3 || x.is_contiguous())
            return functional.linear(x, weight, bias);
        // Of an input in another memory order, such as [T, N, in] seen from [N, T, in], libtorch makes one matrix where
        // the weight requires a gradient, as that of the float layer does, and otherwise one product for each index of
        // the first dimension, which sums in another order. It is always one matrix here.
        long[] shape = x.shape;
        Tensor y = x.reshape(-1, shape[^1]).mm(weight.t());
        shape[^1] = weight.shape[0];
        y = y.view(shape);
        return bias is null ? y : y.add_(bias, Numbers.One);
    }
}
