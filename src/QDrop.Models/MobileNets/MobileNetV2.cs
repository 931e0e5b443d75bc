using System.Collections.Generic;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Models;

/// <summary>
/// MobileNetV2 (arXiv 1801.04381), <c>mobilenet_v2</c> in torchvision: images <c>[N, 3, H, W]</c>, of 224 × 224 in
/// ImageNet, to logits <c>[N, classes]</c>. 3.5 million parameters.
/// </summary>
public partial class MobileNetV2 : Module<Tensor, Tensor>
{
    private protected readonly Module<Tensor, Tensor> classifier, features;

    /// <param name="classes">Number of classes.</param>
    /// <param name="width">Factor of all widths, greater than 0; each is rounded to a multiple of 8.</param>
    /// <param name="dropout">Probability that a value is dropped in training, from 0 to 1.</param>
    public MobileNetV2(int classes = 1000, double width = 1, double dropout = 0.2) : base(nameof(MobileNetV2))
    {
        // arXiv 1801.04381, table 2.
        (int Expansion, int Outputs, int Count, int Stride)[] groups =
        [
            (1, 16, 1, 1),
            (6, 24, 2, 2),
            (6, 32, 3, 2),
            (6, 64, 4, 2),
            (6, 96, 3, 1),
            (6, 160, 3, 2),
            (6, 320, 1, 1),
        ];
        int inputs = Widths.Rounded(32 * width), last = Widths.Rounded(1280 * System.Math.Max(1, width));
        var layers = new List<Module<Tensor, Tensor>>
        {
            ConvNorm.Activated(3, inputs, kernelSize: 3, stride: 2, ReLU6()),
        };
        foreach ((int expansion, int outputs, int count, int stride) in groups)
        {
            int scaled = Widths.Rounded(outputs * width);
            for (int i = 0; i < count; i++)
            {
                layers.Add(new InvertedResidual(inputs, scaled, i == 0 ? stride : 1, expansion));
                inputs = scaled;
            }
        }
        layers.Add(ConvNorm.Activated(inputs, last, kernelSize: 1, stride: 1, ReLU6()));
        features = Sequential(layers);
        classifier = Sequential(Dropout(dropout), Linear(last, classes));
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor x) =>
        classifier.call(functional.adaptive_avg_pool2d(features.call(x), 1).flatten(1));
}
