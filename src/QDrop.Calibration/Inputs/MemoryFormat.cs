using static TorchSharp.torch;

namespace QDrop.Calibration.Inputs;

/// <summary>The order of values in memory.</summary>
internal static class MemoryFormat
{
    /// <summary>
    /// Images <c>[N, C, H, W]</c> with channels last in memory, in which libtorch's convolutions are fastest and which
    /// they keep; others as they are.
    /// </summary>
    /// <param name="x">The values.</param>
    /// <param name="memory">
    /// Gives memory for a copy in another order; <see langword="null"/> for as much as it needs.
    /// </param>
    public static Tensor Fastest(Tensor x, ActivationMemory? memory = null)
    {
        if (x.dim() != 4)
            return x.contiguous();
        if (memory is not { IsLimited: true } || x.numel() == 0)
            return x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
        (long channels, long height, long width) = (x.shape[1], x.shape[2], x.shape[3]);
        long[] stride = [channels * height * width, 1, width * channels, channels];
        return x.stride().SequenceEqual(stride) ? x.alias() : memory.Reordered(x, stride);
    }
}
