using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using static TorchSharp.torch.TensorIndex;

namespace Cifar10;

/// <summary>Two 3×3 convolutions with a residual connection (He et al. 2016, section 4.2).</summary>
public sealed partial class BasicBlock : Module<Tensor, Tensor>
{
    private readonly Conv2d conv1;
    private readonly BatchNorm2d bn1;
    private readonly Conv2d conv2;
    private readonly BatchNorm2d bn2;
    private readonly long stride;
    private readonly long widening;

    public BasicBlock(long inputs, long outputs, long stride)
        : base(nameof(BasicBlock))
    {
        this.stride = stride;
        widening = outputs - inputs;
        conv1 = Conv2d(inputs, outputs, 3, stride: stride, padding: 1, bias: false);
        bn1 = BatchNorm2d(outputs);
        conv2 = Conv2d(outputs, outputs, 3, padding: 1, bias: false);
        bn2 = BatchNorm2d(outputs);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        Tensor y = functional.relu(bn1.forward(conv1.forward(x)));
        y = bn2.forward(conv2.forward(y));

        // Option A: the shortcut has no parameters; it takes every other pixel and adds channels of zeros.
        Tensor shortcut = x;
        if (stride != 1 || widening != 0)
        {
            shortcut = functional.pad(
                x[Colon, Colon, Slice(step: stride), Slice(step: stride)], [0, 0, 0, 0, widening / 2, widening / 2]);
        }

        return functional.relu(y + shortcut);
    }
}
