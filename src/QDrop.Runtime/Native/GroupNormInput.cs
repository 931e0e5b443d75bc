using static TorchSharp.torch;

namespace QDrop.Native;

/// <summary>What goes into a group norm, in an order for which libtorch computes the gradients of its scales.</summary>
/// <remarks>
/// libtorch 2.10 reads or writes past its memory where it computes the gradients of scales from an input in
/// channels_last order: the process crashes, at once or later.
/// </remarks>
internal static class GroupNormInput
{
    /// <summary>The input, in row-major order if a gradient of the scales can be asked for.</summary>
    public static Tensor Safe(Tensor input, Tensor? weight) =>
        weight is { requires_grad: true } && is_grad_enabled() ? input.contiguous() : input;
}
