using QDrop;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Cifar10;

/// <summary>
/// ResNet-20 for CIFAR-10 (He et al. 2016, section 4.2): images <c>[N, 3, 32, 32]</c> to logits <c>[N, 10]</c>.
/// </summary>
[Quantize(
    W = 4,
    A = 4,
    Drop = 0.5,
    Iterations = 2_000,
    Weights = "weights/resnet20.safetensors",
    Calibration = typeof(CifarCalibration))]
public sealed partial class ResNet20 : Module<Tensor, Tensor>
{
    private readonly Conv2d conv1;
    private readonly BatchNorm2d bn1;
    private readonly Sequential layer1;
    private readonly Sequential layer2;
    private readonly Sequential layer3;
    private readonly Linear linear;

    public ResNet20()
        : base(nameof(ResNet20))
    {
        conv1 = Conv2d(3, 16, 3, padding: 1, bias: false);
        bn1 = BatchNorm2d(16);
        layer1 = Group(blocks: 3, inputs: 16, outputs: 16, stride: 1);
        layer2 = Group(blocks: 3, inputs: 16, outputs: 32, stride: 2);
        layer3 = Group(blocks: 3, inputs: 32, outputs: 64, stride: 2);
        linear = Linear(64, 10);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        x = functional.relu(bn1.forward(conv1.forward(x)));
        x = layer1.forward(x);
        x = layer2.forward(x);
        x = layer3.forward(x);
        x = functional.adaptive_avg_pool2d(x, 1).flatten(1);
        return linear.forward(x);
    }

    private static Sequential Group(int blocks, long inputs, long outputs, long stride)
    {
        Sequential group = Sequential();
        for (int i = 0; i < blocks; i++)
            group.append(i == 0 ? new BasicBlock(inputs, outputs, stride) : new BasicBlock(outputs, outputs, 1));
        return group;
    }
}
