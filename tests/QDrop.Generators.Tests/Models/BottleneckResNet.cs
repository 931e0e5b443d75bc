#nullable enable
using System.Linq;
using QDrop;
using TorchSharp;
using TorchSharp.Modules;
using F = TorchSharp.torch.nn.functional;

namespace Models;

/// <summary>A ResNet of bottleneck blocks whose shortcut is projected where the shape changes.</summary>
[Quantize(W = 3, A = 3, FirstLast = 8, Seed = 7)]
internal sealed partial class BottleneckResNet : torch.nn.Module<torch.Tensor, torch.Tensor>
{
    private readonly torch.nn.Module<torch.Tensor, torch.Tensor> stem;
    private readonly ModuleList<Bottleneck> blocks;
    private readonly torch.nn.Module<torch.Tensor, torch.Tensor> fc;

    public BottleneckResNet() : base("resnet")
    {
        stem = torch.nn.Sequential(
            torch.nn.Conv2d(3, 8, 3, padding: 1, bias: false), torch.nn.BatchNorm2d(8), torch.nn.ReLU(inplace: true));
        blocks = new ModuleList<Bottleneck>(
            new Bottleneck(8, 4, 1), new Bottleneck(16, 4, 1), new Bottleneck(16, 8, 2));
        fc = torch.nn.Linear(32, 10);
        RegisterComponents();
    }

    public override torch.Tensor forward(torch.Tensor x)
    {
        x = stem.forward(x);
        foreach (var block in blocks)
        {
            x = block.forward(x);
        }
        x = F.adaptive_avg_pool2d(x, 1);
        return fc.forward(torch.flatten(x, 1));
    }

    private sealed partial class Bottleneck : torch.nn.Module<torch.Tensor, torch.Tensor>
    {
        private const int Expansion = 4;
        private readonly torch.nn.Module<torch.Tensor, torch.Tensor> conv1, bn1, conv2, bn2, conv3, bn3, relu;
        private readonly Sequential? downsample;

        public Bottleneck(int inPlanes, int planes, int stride) : base("bottleneck")
        {
            conv1 = torch.nn.Conv2d(inPlanes, planes, 1, bias: false);
            bn1 = torch.nn.BatchNorm2d(planes);
            conv2 = torch.nn.Conv2d(planes, planes, 3, stride: stride, padding: 1, bias: false);
            bn2 = torch.nn.BatchNorm2d(planes);
            conv3 = torch.nn.Conv2d(planes, planes * Expansion, 1, bias: false);
            bn3 = torch.nn.BatchNorm2d(planes * Expansion);
            relu = torch.nn.ReLU();
            if (stride != 1 || inPlanes != planes * Expansion)
                downsample = torch.nn.Sequential(
                    torch.nn.Conv2d(inPlanes, planes * Expansion, 1, stride: stride, bias: false),
                    torch.nn.BatchNorm2d(planes * Expansion));
            RegisterComponents();
        }

        public override torch.Tensor forward(torch.Tensor x)
        {
            var identity = x;

            var @out = conv1.forward(x);
            @out = bn1.forward(@out);
            @out = relu.forward(@out);

            @out = conv2.forward(@out);
            @out = bn2.forward(@out);
            @out = relu.forward(@out);

            @out = conv3.forward(@out);
            @out = bn3.forward(@out);

            if (downsample is not null)
                identity = downsample.forward(x);

            @out += identity;
            return relu.forward(@out);
        }
    }
}
