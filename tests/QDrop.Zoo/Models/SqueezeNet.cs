using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Zoo.Vision;

/// <summary>
/// SqueezeNet 1.1 (Iandola et al. 2016), a quarter as wide: <c>[N, 3, 32, 32]</c> to logits <c>[N, 10]</c>.
/// </summary>
[Quantize]
public sealed partial class SqueezeNet : Module<Tensor, Tensor>
{
    private readonly Sequential features;
    private readonly Sequential classifier;

    public SqueezeNet(int numClasses = 10) : base(nameof(SqueezeNet))
    {
        features = Sequential(
            Conv2d(3, 16, kernel_size: 3, padding: 1),
            ReLU(inplace: true),
            MaxPool2d(kernel_size: 3, stride: 2, ceil_mode: true),
            new Fire(16, 4, 16, 16),
            new Fire(32, 4, 16, 16),
            MaxPool2d(kernel_size: 3, stride: 2, ceil_mode: true),
            new Fire(32, 8, 32, 32),
            new Fire(64, 8, 32, 32));
        classifier = Sequential(
            Dropout(p: 0.5), Conv2d(64, numClasses, kernel_size: 1), ReLU(inplace: true), AdaptiveAvgPool2d((1, 1)));
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        x = this.features.forward(x);
        x = this.classifier.forward(x);
        return x.flatten(1);
    }

    /// <summary>Squeezes to few channels, then expands by two sizes of kernel.</summary>
    public partial class Fire : Module<Tensor, Tensor>
    {
        private readonly Module<Tensor, Tensor> squeeze, squeeze_activation;
        private readonly Module<Tensor, Tensor> expand1x1, expand1x1_activation;
        private readonly Module<Tensor, Tensor> expand3x3, expand3x3_activation;

        public Fire(int inplanes, int squeeze_planes, int expand1x1_planes, int expand3x3_planes) : base(nameof(Fire))
        {
            squeeze = Conv2d(inplanes, squeeze_planes, kernel_size: 1);
            squeeze_activation = ReLU(inplace: true);
            expand1x1 = Conv2d(squeeze_planes, expand1x1_planes, kernel_size: 1);
            expand1x1_activation = ReLU(inplace: true);
            expand3x3 = Conv2d(squeeze_planes, expand3x3_planes, kernel_size: 3, padding: 1);
            expand3x3_activation = ReLU(inplace: true);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            x = this.squeeze_activation.forward(this.squeeze.forward(x));
            return torch.cat(
                [
                    this.expand1x1_activation.forward(this.expand1x1.forward(x)),
                    this.expand3x3_activation.forward(this.expand3x3.forward(x)),
                ],
                1);
        }
    }
}
