using QDrop;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using static TorchSharp.torch.nn.functional;

namespace Models;

[Quantize(W = 2, A = 4)]
public sealed partial class Net : Module<Tensor, Tensor>
{
    private readonly Module<Tensor, Tensor> conv1, bn1;
    private readonly Sequential layer1, layer2, layer3;
    private readonly Linear linear;

    public Net() : base(nameof(Net))
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
        var y = relu(bn1.forward(conv1.forward(x)));
        y = layer1.forward(y);
        y = layer2.forward(y);
        y = layer3.forward(y);
        y = avg_pool2d(y, 8);
        y = y.flatten(1);
        return linear.forward(y);
    }

    private static Sequential MakeLayer(int inPlanes, int planes, int stride)
    {
        var blocks = Sequential();
        for (var i = 0; i < 3; i++)
        {
            blocks.append(new Block(inPlanes, planes, i == 0 ? stride : 1));
            inPlanes = planes;
        }
        return blocks;
    }
}

internal sealed partial class Block : Module<Tensor, Tensor>
{
    private readonly Module<Tensor, Tensor> conv1, bn1, conv2, bn2;
    private readonly Module<Tensor, Tensor>? shortcut;

    public Block(int inPlanes, int planes, int stride) : base(nameof(Block))
    {
        conv1 = Conv2d(inPlanes, planes, 3, stride: stride, padding: 1, bias: false);
        bn1 = BatchNorm2d(planes);
        conv2 = Conv2d(planes, planes, 3, padding: 1, bias: false);
        bn2 = BatchNorm2d(planes);
        if (stride != 1 || inPlanes != planes)
            shortcut = Conv2d(inPlanes, planes, 1, stride: stride, bias: false);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        var y = relu(bn1.forward(conv1.forward(x)));
        y = bn2.forward(conv2.forward(y));
        y += shortcut is null ? x : shortcut.forward(x);
        return relu(y);
    }
}
