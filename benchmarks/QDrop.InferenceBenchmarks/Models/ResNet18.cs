using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.InferenceBenchmarks.Models;

/// <summary>ResNet-18 (He et al. 2016): images <c>[N, 3, 224, 224]</c> to logits <c>[N, 1000]</c>.</summary>
[Quantize(W = 4, A = 4)]
public sealed partial class ResNet18 : Module<Tensor, Tensor>
{
    private readonly Conv2d conv1;
    private readonly BatchNorm2d bn1;
    private readonly MaxPool2d maxpool;
    private readonly Sequential layer1, layer2, layer3, layer4;
    private readonly Linear fc;

    public ResNet18()
        : base(nameof(ResNet18))
    {
        conv1 = Conv2d(3, 64, 7, stride: 2, padding: 3, bias: false);
        bn1 = BatchNorm2d(64);
        maxpool = MaxPool2d(3, stride: 2, padding: 1);
        layer1 = Sequential(new ProjectedBlock(64, 64, 1), new ProjectedBlock(64, 64, 1));
        layer2 = Sequential(new ProjectedBlock(64, 128, 2), new ProjectedBlock(128, 128, 1));
        layer3 = Sequential(new ProjectedBlock(128, 256, 2), new ProjectedBlock(256, 256, 1));
        layer4 = Sequential(new ProjectedBlock(256, 512, 2), new ProjectedBlock(512, 512, 1));
        fc = Linear(512, 1000);
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor x)
    {
        x = maxpool.forward(functional.relu(bn1.forward(conv1.forward(x))));
        x = layer4.forward(layer3.forward(layer2.forward(layer1.forward(x))));
        return fc.forward(functional.adaptive_avg_pool2d(x, 1).flatten(1));
    }
}

/// <summary>Two convolutions with a residual connection, a convolution of one pixel where sizes differ.</summary>
public sealed partial class ProjectedBlock : Module<Tensor, Tensor>
{
    private readonly Conv2d conv1, conv2;
    private readonly BatchNorm2d bn1, bn2;
    private readonly Sequential downsample;

    /// <param name="inputs">Channels of the input.</param>
    /// <param name="outputs">Channels of the output.</param>
    /// <param name="stride">Stride of the first convolution.</param>
    public ProjectedBlock(long inputs, long outputs, long stride)
        : base(nameof(ProjectedBlock))
    {
        conv1 = Conv2d(inputs, outputs, 3, stride: stride, padding: 1, bias: false);
        bn1 = BatchNorm2d(outputs);
        conv2 = Conv2d(outputs, outputs, 3, padding: 1, bias: false);
        bn2 = BatchNorm2d(outputs);
        downsample = stride == 1 && inputs == outputs
            ? Sequential()
            : Sequential(Conv2d(inputs, outputs, 1, stride: stride, bias: false), BatchNorm2d(outputs));
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor x)
    {
        Tensor y = functional.relu(bn1.forward(conv1.forward(x)));
        return functional.relu(bn2.forward(conv2.forward(y)) + downsample.forward(x));
    }
}
