using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Models;

/// <summary>Squeeze and excitation (arXiv 1709.01507): channels are weighted by what the whole image shows.</summary>
internal sealed partial class SqueezeExcitation : Module<Tensor, Tensor>
{
    private readonly Module<Tensor, Tensor> avgpool, fc1, activation, fc2, scale_activation;

    public SqueezeExcitation(int channels, int squeezed) : base(nameof(SqueezeExcitation))
    {
        avgpool = AdaptiveAvgPool2d(1);
        fc1 = Conv2d(channels, squeezed, kernel_size: 1);
        fc2 = Conv2d(squeezed, channels, kernel_size: 1);
        activation = ReLU();
        scale_activation = Hardsigmoid();
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        Tensor scale = activation.call(fc1.call(avgpool.call(x)));
        return scale_activation.call(fc2.call(scale)) * x;
    }
}
