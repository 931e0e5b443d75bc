using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Models;

/// <summary>
/// A 3 × 3 convolution between two 1 × 1 convolutions, beside a shortcut: ResNet-50 and up, with the stride in the
/// 3 × 3 convolution.
/// </summary>
internal sealed partial class Bottleneck : Module<Tensor, Tensor>
{
    public const int Expansion = 4;

    private readonly Module<Tensor, Tensor> conv1, bn1, conv2, bn2, conv3, bn3;
    private readonly Module<Tensor, Tensor>? downsample;

    public Bottleneck(int inputs, int width, int outputs, int stride, int groups) : base(nameof(Bottleneck))
    {
        conv1 = Conv2d(inputs, width, kernel_size: 1, bias: false);
        bn1 = BatchNorm2d(width);
        conv2 = Conv2d(width, width, kernel_size: 3, stride: stride, padding: 1, groups: groups, bias: false);
        bn2 = BatchNorm2d(width);
        conv3 = Conv2d(width, outputs, kernel_size: 1, bias: false);
        bn3 = BatchNorm2d(outputs);
        downsample = Shortcut.For(inputs, outputs, stride);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        Tensor shortcut = downsample is null ? x : downsample.call(x);
        Tensor y = functional.relu(bn1.call(conv1.call(x)));
        y = functional.relu(bn2.call(conv2.call(y)));
        return functional.relu(bn3.call(conv3.call(y)) + shortcut);
    }
}
