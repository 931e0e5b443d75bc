using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Models;

/// <summary>
/// GoogLeNet (arXiv 1409.4842) with batch norms, <c>googlenet</c> in torchvision, without the auxiliary classifiers of
/// its training: images <c>[N, 3, H, W]</c>, of 224 × 224 in ImageNet, to logits <c>[N, classes]</c>. 6.6 million
/// parameters.
/// </summary>
public partial class GoogLeNet : Module<Tensor, Tensor>
{
    private protected readonly Module<Tensor, Tensor> conv1, maxpool1, conv2, conv3, maxpool2;
    private protected readonly Module<Tensor, Tensor> inception3a, inception3b, maxpool3;
    private protected readonly Module<Tensor, Tensor> inception4a, inception4b, inception4c, inception4d, inception4e;
    private protected readonly Module<Tensor, Tensor> maxpool4, inception5a, inception5b, avgpool, dropout, fc;
    private protected readonly bool transformsInput;

    /// <param name="classes">Number of classes.</param>
    /// <param name="transformsInput">
    /// Whether images come with the means and deviations of ImageNet, and the weights want 0.5 for each, as
    /// torchvision's do.
    /// </param>
    /// <param name="dropout">Probability that a value is dropped in training, from 0 to 1.</param>
    public GoogLeNet(int classes = 1000, bool transformsInput = false, double dropout = 0.2) : base(nameof(GoogLeNet))
    {
        this.transformsInput = transformsInput;
        conv1 = Convolution.Of(3, 64, kernelSize: 7, stride: 2, padding: 3);
        maxpool1 = MaxPool2d(3, stride: 2, ceil_mode: true);
        conv2 = Convolution.Of(64, 64, kernelSize: 1);
        conv3 = Convolution.Of(64, 192, kernelSize: 3, padding: 1);
        maxpool2 = MaxPool2d(3, stride: 2, ceil_mode: true);
        inception3a = new Inception(192, 64, (96, 128), (16, 32), 32);
        inception3b = new Inception(256, 128, (128, 192), (32, 96), 64);
        maxpool3 = MaxPool2d(3, stride: 2, ceil_mode: true);
        inception4a = new Inception(480, 192, (96, 208), (16, 48), 64);
        inception4b = new Inception(512, 160, (112, 224), (24, 64), 64);
        inception4c = new Inception(512, 128, (128, 256), (24, 64), 64);
        inception4d = new Inception(512, 112, (144, 288), (32, 64), 64);
        inception4e = new Inception(528, 256, (160, 320), (32, 128), 128);
        maxpool4 = MaxPool2d(2, stride: 2, ceil_mode: true);
        inception5a = new Inception(832, 256, (160, 320), (32, 128), 128);
        inception5b = new Inception(832, 384, (192, 384), (48, 128), 128);
        avgpool = AdaptiveAvgPool2d(1);
        this.dropout = Dropout(dropout);
        fc = Linear(1024, classes);
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor x)
    {
        if (transformsInput)
            x = InputTransform.Of(x);
        x = maxpool1.call(conv1.call(x));
        x = maxpool2.call(conv3.call(conv2.call(x)));
        x = maxpool3.call(inception3b.call(inception3a.call(x)));
        x = inception4c.call(inception4b.call(inception4a.call(x)));
        x = maxpool4.call(inception4e.call(inception4d.call(x)));
        x = avgpool.call(inception5b.call(inception5a.call(x)));
        return fc.call(dropout.call(x.flatten(1)));
    }
}
