using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Models;

/// <summary>
/// AlexNet in one column (arXiv 1404.5997), <c>alexnet</c> in torchvision: images <c>[N, 3, H, W]</c> of at least
/// 63 × 63, of 224 × 224 in ImageNet, to logits <c>[N, classes]</c>. 61.1 million parameters.
/// </summary>
public partial class AlexNet : Module<Tensor, Tensor>
{
    private protected readonly Module<Tensor, Tensor> features, avgpool, classifier;

    /// <param name="classes">Number of classes.</param>
    /// <param name="dropout">Probability that a value is dropped in training, from 0 to 1.</param>
    public AlexNet(int classes = 1000, double dropout = 0.5) : base(nameof(AlexNet))
    {
        features = Sequential(
            Conv2d(3, 64, kernel_size: 11, stride: 4, padding: 2), ReLU(), MaxPool2d(3, stride: 2),
            Conv2d(64, 192, kernel_size: 5, padding: 2), ReLU(), MaxPool2d(3, stride: 2),
            Conv2d(192, 384, kernel_size: 3, padding: 1), ReLU(),
            Conv2d(384, 256, kernel_size: 3, padding: 1), ReLU(),
            Conv2d(256, 256, kernel_size: 3, padding: 1), ReLU(), MaxPool2d(3, stride: 2));
        avgpool = AdaptiveAvgPool2d(6);
        classifier = Sequential(
            Dropout(dropout), Linear(256 * 6 * 6, 4096), ReLU(),
            Dropout(dropout), Linear(4096, 4096), ReLU(),
            Linear(4096, classes));
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor x) => classifier.call(avgpool.call(features.call(x)).flatten(1));
}
