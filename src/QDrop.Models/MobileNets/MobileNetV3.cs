using System.Collections.Generic;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Models;

/// <summary>
/// MobileNetV3 (arXiv 1905.02244) with the parameters of torchvision: images <c>[N, 3, H, W]</c>, of 224 × 224 in
/// ImageNet, to logits <c>[N, classes]</c>.
/// </summary>
public abstract partial class MobileNetV3 : Module<Tensor, Tensor>
{
    private protected readonly Module<Tensor, Tensor> avgpool, classifier, features;

    /// <param name="name">Name of the model.</param>
    /// <param name="blocks">The blocks, in order.</param>
    /// <param name="hidden">Width of the classifier.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="dropout">Probability that a value is dropped in training, from 0 to 1.</param>
    private protected MobileNetV3(string name, MobileBlock[] blocks, int hidden, int classes, double dropout)
        : base(name)
    {
        int inputs = blocks[0].Inputs, outputs = blocks[^1].Outputs, last = 6 * outputs;
        var layers = new List<Module<Tensor, Tensor>> { Convolution(3, inputs, kernelSize: 3, stride: 2) };
        foreach (MobileBlock block in blocks)
            layers.Add(new SqueezedResidual(block));
        layers.Add(Convolution(outputs, last, kernelSize: 1, stride: 1));
        features = Sequential(layers);
        avgpool = AdaptiveAvgPool2d(1);
        classifier = Sequential(Linear(last, hidden), Hardswish(), Dropout(dropout), Linear(hidden, classes));
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor x) => classifier.call(avgpool.call(features.call(x)).flatten(1));

    private static Module<Tensor, Tensor> Convolution(int inputs, int outputs, int kernelSize, int stride) =>
        ConvNorm.Activated(
            inputs,
            outputs,
            kernelSize,
            stride,
            Hardswish(),
            epsilon: SqueezedResidual.Epsilon,
            momentum: SqueezedResidual.Momentum);
}
