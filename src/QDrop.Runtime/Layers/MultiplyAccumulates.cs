using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Layers;

/// <summary>Numbers of multiply-accumulates with weights.</summary>
internal static class MultiplyAccumulates
{
    /// <summary>Counts those of a layer each of whose positions meets one slice of the weight.</summary>
    /// <param name="positions">The output, or the input of a transposed convolution.</param>
    /// <param name="weight">The weight; its first dimension counts the slices.</param>
    public static long WithSlices(Tensor positions, Tensor weight) =>
        positions.numel() * (weight.numel() / weight.shape[0]);

    /// <summary>
    /// Counts those of a layer in which every position of the input, its last dimension apart, meets all weights.
    /// </summary>
    /// <param name="input">The input.</param>
    /// <param name="layer">The layer.</param>
    public static long WithAll(Tensor input, Module layer) => input.is_floating_point() && input.dim() > 0
        ? input.numel() / input.shape[^1] * layer.parameters().Where(static p => p.dim() > 1).Sum(static p => p.numel())
        : 0;
}
