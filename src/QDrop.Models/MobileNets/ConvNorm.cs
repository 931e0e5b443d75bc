using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Models;

/// <summary>A convolution with its batch norm, as MobileNets are made of.</summary>
internal static class ConvNorm
{
    /// <param name="inputs">Channels in.</param>
    /// <param name="outputs">Channels out.</param>
    /// <param name="kernelSize">Size of the kernel, odd; the padding keeps the size of the image.</param>
    /// <param name="stride">Stride.</param>
    /// <param name="activation">Activation function, or <see langword="null"/> for none.</param>
    /// <param name="groups">Groups of channels.</param>
    /// <param name="dilation">Distance of the kernel's elements.</param>
    /// <param name="epsilon">What the batch norm adds to variances.</param>
    /// <param name="momentum">Weight of a batch in the batch norm's running statistics.</param>
    public static Module<Tensor, Tensor> Activated(
        int inputs,
        int outputs,
        int kernelSize,
        int stride,
        Module<Tensor, Tensor>? activation,
        int groups = 1,
        int dilation = 1,
        double epsilon = 1e-5,
        double momentum = 0.1)
    {
        Module<Tensor, Tensor> convolution = Conv2d(
            inputs,
            outputs,
            kernelSize,
            stride: stride,
            padding: (kernelSize - 1) / 2 * dilation,
            dilation: dilation,
            groups: groups,
            bias: false);
        Module<Tensor, Tensor> norm = BatchNorm2d(outputs, epsilon, momentum);
        return activation is null ? Sequential(convolution, norm) : Sequential(convolution, norm, activation);
    }
}
