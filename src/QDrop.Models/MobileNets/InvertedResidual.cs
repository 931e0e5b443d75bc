using System.Collections.Generic;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Models;

/// <summary>
/// The block of MobileNetV2: widens, filters each channel, narrows. Its input is added where it has the output's shape.
/// </summary>
internal sealed partial class InvertedResidual : Module<Tensor, Tensor>
{
    private readonly Module<Tensor, Tensor> conv;
    private readonly bool isResidual;

    public InvertedResidual(int inputs, int outputs, int stride, int expansion) : base(nameof(InvertedResidual))
    {
        int inner = inputs * expansion;
        var layers = new List<Module<Tensor, Tensor>>();
        if (expansion != 1)
            layers.Add(ConvNorm.Activated(inputs, inner, kernelSize: 1, stride: 1, ReLU6()));
        layers.Add(ConvNorm.Activated(inner, inner, kernelSize: 3, stride, ReLU6(), groups: inner));
        layers.Add(Conv2d(inner, outputs, kernel_size: 1, bias: false));
        layers.Add(BatchNorm2d(outputs));
        conv = Sequential(layers);
        isResidual = stride == 1 && inputs == outputs;
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => isResidual ? x + conv.call(x) : conv.call(x);
}
