using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Models;

/// <summary>What brings the input of a residual block to the shape of its output.</summary>
internal static class Shortcut
{
    /// <returns><see langword="null"/> where input and output have the same shape.</returns>
    public static Module<Tensor, Tensor>? For(int inputs, int outputs, int stride) =>
        stride == 1 && inputs == outputs
            ? null
            : Sequential(
                Conv2d(inputs, outputs, kernel_size: 1, stride: stride, bias: false), BatchNorm2d(outputs));
}
