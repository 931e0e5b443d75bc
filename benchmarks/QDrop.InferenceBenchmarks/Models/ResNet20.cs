using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using static TorchSharp.torch.TensorIndex;

namespace QDrop.InferenceBenchmarks.Models;

/// <summary>
/// ResNet-20 for CIFAR-10 (He et al. 2016, section 4.2): images <c>[N, 3, 32, 32]</c> to logits <c>[N, 10]</c>.
/// </summary>
[Quantize(W = 4, A = 4)]
public sealed partial class ResNet20 : Module<Tensor, Tensor>
{
    private readonly Conv2d conv1;
    private readonly BatchNorm2d bn1;
    private readonly Sequential layer1, layer2, layer3;
    private readonly Linear linear;

    public ResNet20()
        : base(nameof(ResNet20))
    {
        conv1 = Conv2d(3, 16, 3, padding: 1, bias: false);
        bn1 = BatchNorm2d(16);
        layer1 = Group(16, 16, 1);
        layer2 = Group(16, 32, 2);
        layer3 = Group(32, 64, 2);
        linear = Linear(64, 10);
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor x)
    {
        x = functional.relu(bn1.forward(conv1.forward(x)));
        x = layer3.forward(layer2.forward(layer1.forward(x)));
        return linear.forward(functional.adaptive_avg_pool2d(x, 1).flatten(1));
    }

    private static Sequential Group(long inputs, long outputs, long stride) => Sequential(
        new PaddedBlock(inputs, outputs, stride),
        new PaddedBlock(outputs, outputs, 1),
        new PaddedBlock(outputs, outputs, 1));
}

/// <summary>Two convolutions with a residual connection without parameters (option A).</summary>
public sealed partial class PaddedBlock : Module<Tensor, Tensor>
{
    private readonly Conv2d conv1, conv2;
    private readonly BatchNorm2d bn1, bn2;
    private readonly long stride, widening;

    /// <param name="inputs">Channels of the input.</param>
    /// <param name="outputs">Channels of the output.</param>
    /// <param name="stride">Stride of the first convolution.</param>
    public PaddedBlock(long inputs, long outputs, long stride)
        : base(nameof(PaddedBlock))
    {
        this.stride = stride;
        widening = outputs - inputs;
        conv1 = Conv2d(inputs, outputs, 3, stride: stride, padding: 1, bias: false);
        bn1 = BatchNorm2d(outputs);
        conv2 = Conv2d(outputs, outputs, 3, padding: 1, bias: false);
        bn2 = BatchNorm2d(outputs);
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor x)
    {
        Tensor y = functional.relu(bn1.forward(conv1.forward(x)));
        y = bn2.forward(conv2.forward(y));
        Tensor shortcut = x;
        if (stride != 1 || widening != 0)
        {
            shortcut = functional.pad(
                x[Colon, Colon, Slice(step: stride), Slice(step: stride)], [0, 0, 0, 0, widening / 2, widening / 2]);
        }
        return functional.relu(y + shortcut);
    }
}
