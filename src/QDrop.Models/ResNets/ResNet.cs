using System;
using System.Collections.Generic;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Models;

/// <summary>
/// ResNet (arXiv 1512.03385) with the parameters of torchvision: images <c>[N, 3, H, W]</c>, of 224 × 224 in ImageNet,
/// to logits <c>[N, classes]</c>. Its relatives ResNeXt (arXiv 1611.05431) and Wide ResNet (arXiv 1605.07146) differ
/// in the widths of the bottlenecks only.
/// </summary>
public abstract partial class ResNet : Module<Tensor, Tensor>
{
    // Protected: RegisterComponents does not see the private fields of a base class.
    private protected readonly Module<Tensor, Tensor> conv1, bn1, maxpool;
    private protected readonly Module<Tensor, Tensor> layer1, layer2, layer3, layer4;
    private protected readonly Module<Tensor, Tensor> avgpool, fc;

    /// <param name="name">Name of the model.</param>
    /// <param name="group">Makes a group of blocks: number of blocks, channels in, width, stride.</param>
    /// <param name="expansion">Channels that come out of a block, as a multiple of the width of its group.</param>
    /// <param name="blocks">Number of blocks in each of the four groups.</param>
    /// <param name="classes">Number of classes.</param>
    private protected ResNet(
        string name, Func<int, int, int, int, Module<Tensor, Tensor>> group, int expansion, int[] blocks, int classes)
        : base(name)
    {
        conv1 = Conv2d(3, 64, kernel_size: 7, stride: 2, padding: 3, bias: false);
        bn1 = BatchNorm2d(64);
        maxpool = MaxPool2d(3, stride: 2, padding: 1);
        layer1 = group(blocks[0], 64, 64, 1);
        layer2 = group(blocks[1], 64 * expansion, 128, 2);
        layer3 = group(blocks[2], 128 * expansion, 256, 2);
        layer4 = group(blocks[3], 256 * expansion, 512, 2);
        avgpool = AdaptiveAvgPool2d(1);
        fc = Linear(512 * expansion, classes);
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor x)
    {
        x = maxpool.call(functional.relu(bn1.call(conv1.call(x))));
        x = layer4.call(layer3.call(layer2.call(layer1.call(x))));
        return fc.call(avgpool.call(x).flatten(1));
    }

    private protected static Module<Tensor, Tensor> BasicBlocks(int count, int inputs, int width, int stride)
    {
        var blocks = new List<Module<Tensor, Tensor>>();
        for (int i = 0; i < count; i++)
            blocks.Add(new BasicBlock(i == 0 ? inputs : width, width, i == 0 ? stride : 1));
        return Sequential(blocks);
    }

    /// <param name="groups">Groups of channels in the 3 × 3 convolutions.</param>
    /// <param name="groupWidth">Channels of a group in the first of the four groups of blocks.</param>
    private protected static Func<int, int, int, int, Module<Tensor, Tensor>> Bottlenecks(int groups, int groupWidth) =>
        (count, inputs, width, stride) =>
        {
            int outputs = width * Bottleneck.Expansion, inner = width * groupWidth / 64 * groups;
            var blocks = new List<Module<Tensor, Tensor>>();
            for (int i = 0; i < count; i++)
                blocks.Add(new Bottleneck(i == 0 ? inputs : outputs, inner, outputs, i == 0 ? stride : 1, groups));
            return Sequential(blocks);
        };
}
