using QDrop;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using static TorchSharp.torch.nn.functional;

namespace Models;

/// <summary>ResNet-20 for CIFAR-10 with option-A shortcuts (He et al. 2016, section 4.2).</summary>
[Quantize(W = 2, A = 4, Drop = 0.5)]
public sealed partial class ResNet20 : Module<Tensor, Tensor>
{
    private readonly Module<Tensor, Tensor> conv1, bn1;
    private readonly Sequential layer1, layer2, layer3;
    private readonly Linear linear;

    public ResNet20() : base(nameof(ResNet20))
    {
        conv1 = Conv2d(3, 16, 3, stride: 1, padding: 1, bias: false);
        bn1 = BatchNorm2d(16);
        layer1 = MakeLayer(16, 16, stride: 1);
        layer2 = MakeLayer(16, 32, stride: 2);
        layer3 = MakeLayer(32, 64, stride: 2);
        linear = Linear(64, 10);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var @out = relu(bn1.forward(conv1.forward(x)));
        @out = layer1.forward(@out);
        @out = layer2.forward(@out);
        @out = layer3.forward(@out);
        @out = avg_pool2d(@out, 8); // [N, 64, 1, 1]
        @out = @out.flatten(1);
        return linear.forward(@out).MoveToOuterDisposeScope();
    }

    private static Sequential MakeLayer(int inPlanes, int planes, int stride)
    {
        var blocks = Sequential();
        for (var i = 0; i < 3; i++)
        {
            blocks.append(new BasicBlock(inPlanes, planes, i == 0 ? stride : 1));
            inPlanes = planes;
        }
        return blocks;
    }
}

internal sealed partial class BasicBlock : Module<Tensor, Tensor>
{
    private readonly Module<Tensor, Tensor> conv1, bn1, conv2, bn2;
    private readonly int stride, extraPlanes;

    public BasicBlock(int inPlanes, int planes, int stride) : base(nameof(BasicBlock))
    {
        this.stride = stride;
        extraPlanes = planes - inPlanes;
        conv1 = Conv2d(inPlanes, planes, 3, stride: stride, padding: 1, bias: false);
        bn1 = BatchNorm2d(planes);
        conv2 = Conv2d(planes, planes, 3, padding: 1, bias: false);
        bn2 = BatchNorm2d(planes);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        var y = conv1.forward(x);
        y = relu(bn1.forward(y));
        y = bn2.forward(conv2.forward(y));

        // Option A: every other pixel, and zeros for the channels that are new.
        y +=
            stride == 1
                ? x
                : pad(
                    x[.., .., TensorIndex.Slice(step: 2), TensorIndex.Slice(step: 2)],
                    new long[] { 0, 0, 0, 0, extraPlanes / 2, extraPlanes / 2 });
        return relu(y);
    }
}
