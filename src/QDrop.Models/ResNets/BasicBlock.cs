using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Models;

/// <summary>Two 3 × 3 convolutions beside a shortcut: ResNet-18 and ResNet-34.</summary>
internal sealed partial class BasicBlock : Module<Tensor, Tensor>
{
    private readonly Module<Tensor, Tensor> conv1, bn1, conv2, bn2;
    private readonly Module<Tensor, Tensor>? downsample;

    public BasicBlock(int inputs, int outputs, int stride) : base(nameof(BasicBlock))
    {
        conv1 = Conv2d(inputs, outputs, kernel_size: 3, stride: stride, padding: 1, bias: false);
        bn1 = BatchNorm2d(outputs);
        conv2 = Conv2d(outputs, outputs, kernel_size: 3, padding: 1, bias: false);
        bn2 = BatchNorm2d(outputs);
        downsample = Shortcut.For(inputs, outputs, stride);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        Tensor shortcut = downsample is null ? x : downsample.call(x);
        Tensor y = functional.relu(bn1.call(conv1.call(x)));
        return functional.relu(bn2.call(conv2.call(y)) + shortcut);
    }
}
