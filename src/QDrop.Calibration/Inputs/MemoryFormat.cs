using static TorchSharp.torch;

namespace QDrop.Calibration.Inputs;

/// <summary>The order of values in memory.</summary>
internal static class MemoryFormat
{
    /// <summary>
    /// Images <c>[N, C, H, W]</c> with channels last in memory, in which libtorch's convolutions are fastest and which
    /// they keep; others as they are.
    /// </summary>
    public static Tensor Fastest(Tensor x) =>
        x.dim() == 4 ? x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2) : x.contiguous();
}
