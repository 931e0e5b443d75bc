using System.Collections.Generic;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Models;

/// <summary>
/// The block of MobileNetV3: the inverted residual of MobileNetV2, in most rows with squeeze and excitation.
/// </summary>
internal sealed partial class SqueezedResidual : Module<Tensor, Tensor>
{
    public const double Epsilon = 0.001, Momentum = 0.01;

    private readonly Module<Tensor, Tensor> block;
    private readonly bool isResidual;

    public SqueezedResidual(MobileBlock row) : base(nameof(SqueezedResidual))
    {
        var layers = new List<Module<Tensor, Tensor>>();
        if (row.Inner != row.Inputs)
            layers.Add(Convolution(row.Inputs, row.Inner, 1, 1, 1, Activation(row)));
        layers.Add(Convolution(row.Inner, row.Inner, row.KernelSize, row.Stride, row.Inner, Activation(row)));
        if (row.Squeezes)
            layers.Add(new SqueezeExcitation(row.Inner, Widths.Rounded(row.Inner / 4)));
        layers.Add(Convolution(row.Inner, row.Outputs, 1, 1, 1, null));
        block = Sequential(layers);
        isResidual = row.Stride == 1 && row.Inputs == row.Outputs;
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => isResidual ? x + block.call(x) : block.call(x);

    private static Module<Tensor, Tensor> Activation(MobileBlock row) => row.IsHardswish ? Hardswish() : ReLU();

    private static Module<Tensor, Tensor> Convolution(
        int inputs, int outputs, int kernelSize, int stride, int groups, Module<Tensor, Tensor>? activation) =>
        ConvNorm.Activated(
            inputs, outputs, kernelSize, stride, activation, groups, epsilon: Epsilon, momentum: Momentum);
}
