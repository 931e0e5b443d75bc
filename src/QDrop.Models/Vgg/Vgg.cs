using System.Collections.Generic;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Models;

/// <summary>
/// VGG (arXiv 1409.1556) with the parameters of torchvision: images <c>[N, 3, H, W]</c> of at least 32 × 32, of
/// 224 × 224 in ImageNet, to logits <c>[N, classes]</c>.
/// </summary>
public abstract partial class Vgg : Module<Tensor, Tensor>
{
    private protected readonly Module<Tensor, Tensor> features, avgpool, classifier;

    /// <param name="name">Name of the model.</param>
    /// <param name="convolutions">Number of convolutions in each of the five groups.</param>
    /// <param name="batchNorm">Whether a batch norm follows each convolution.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="dropout">Probability that a value is dropped in training, from 0 to 1.</param>
    private protected Vgg(string name, int[] convolutions, bool batchNorm, int classes, double dropout) : base(name)
    {
        features = Features(convolutions, batchNorm);
        avgpool = AdaptiveAvgPool2d(7);
        classifier = Sequential(
            Linear(512 * 7 * 7, 4096), ReLU(), Dropout(dropout),
            Linear(4096, 4096), ReLU(), Dropout(dropout),
            Linear(4096, classes));
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor x) => classifier.call(avgpool.call(features.call(x)).flatten(1));

    private static Module<Tensor, Tensor> Features(int[] convolutions, bool batchNorm)
    {
        int[] widths = [64, 128, 256, 512, 512];
        var layers = new List<Module<Tensor, Tensor>>();
        int inputs = 3;
        for (int group = 0; group < widths.Length; group++)
        {
            for (int i = 0; i < convolutions[group]; i++)
            {
                layers.Add(Conv2d(inputs, widths[group], kernel_size: 3, padding: 1));
                if (batchNorm)
                    layers.Add(BatchNorm2d(widths[group]));
                layers.Add(ReLU());
                inputs = widths[group];
            }
            layers.Add(MaxPool2d(2));
        }
        return Sequential(layers);
    }
}
