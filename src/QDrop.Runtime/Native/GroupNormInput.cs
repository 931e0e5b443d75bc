using static TorchSharp.torch;

namespace QDrop.Native;

/// <summary>What goes into a group norm, in an order for which libtorch computes the gradients of its scales.</summary>
/// <remarks>
/// With libtorch 2.10, the process crashed in <c>native_group_norm_backward</c> where a unit was reconstructed whose
/// group norm had an input in channels_last order and scales that require gradients. With an input in row-major order,
/// or without these gradients, it did not. Why is not known.
/// </remarks>
internal static class GroupNormInput
{
    /// <summary>The input, in row-major order if a gradient of the scales can be asked for.</summary>
    public static Tensor Safe(Tensor input, Tensor? weight) =>
        weight is { requires_grad: true } && is_grad_enabled() ? input.contiguous() : input;
}
