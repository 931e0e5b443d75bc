using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Models;

/// <summary>A convolution with its batch norm and ReLU, as GoogLeNet and Inception are made of.</summary>
internal static class Convolution
{
    public static Module<Tensor, Tensor> Of(
        int inputs, int outputs, int kernelSize, int stride = 1, int padding = 0) =>
        Of(inputs, outputs, (kernelSize, kernelSize), (padding, padding), stride);

    public static Module<Tensor, Tensor> Of(
        int inputs,
        int outputs,
        (long Height, long Width) kernelSize,
        (long Height, long Width) padding,
        int stride = 1) =>
        Sequential(
            ("conv", Conv2d(inputs, outputs, kernelSize, (stride, stride), padding, bias: false)),
            ("bn", BatchNorm2d(outputs, eps: 0.001)),
            ("relu", ReLU()));
}
