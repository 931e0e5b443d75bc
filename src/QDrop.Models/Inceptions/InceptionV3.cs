using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Models;

/// <summary>
/// Inception v3 (arXiv 1512.00567), <c>inception_v3</c> in torchvision: images <c>[N, 3, H, W]</c> of at least
/// 75 × 75, of 299 × 299 in ImageNet, to logits <c>[N, classes]</c>. 27.2 million parameters, 23.8 million without the
/// auxiliary classifier, which has torchvision's parameters and is never run.
/// </summary>
public partial class InceptionV3 : Module<Tensor, Tensor>
{
    private protected readonly Module<Tensor, Tensor> Conv2d_1a_3x3, Conv2d_2a_3x3, Conv2d_2b_3x3, maxpool1;
    private protected readonly Module<Tensor, Tensor> Conv2d_3b_1x1, Conv2d_4a_3x3, maxpool2;
    private protected readonly Module<Tensor, Tensor> Mixed_5b, Mixed_5c, Mixed_5d;
    private protected readonly Module<Tensor, Tensor> Mixed_6a, Mixed_6b, Mixed_6c, Mixed_6d, Mixed_6e;
    private protected readonly Module<Tensor, Tensor> AuxLogits;
    private protected readonly Module<Tensor, Tensor> Mixed_7a, Mixed_7b, Mixed_7c, avgpool, dropout, fc;
    private protected readonly bool transformsInput;

    /// <param name="classes">Number of classes.</param>
    /// <param name="transformsInput">
    /// Whether images come with the means and deviations of ImageNet, and the weights want 0.5 for each, as
    /// torchvision's do.
    /// </param>
    /// <param name="dropout">Probability that a value is dropped in training, from 0 to 1.</param>
    public InceptionV3(int classes = 1000, bool transformsInput = false, double dropout = 0.5)
        : base(nameof(InceptionV3))
    {
        this.transformsInput = transformsInput;
        Conv2d_1a_3x3 = Convolution.Of(3, 32, kernelSize: 3, stride: 2);
        Conv2d_2a_3x3 = Convolution.Of(32, 32, kernelSize: 3);
        Conv2d_2b_3x3 = Convolution.Of(32, 64, kernelSize: 3, padding: 1);
        maxpool1 = MaxPool2d(3, stride: 2);
        Conv2d_3b_1x1 = Convolution.Of(64, 80, kernelSize: 1);
        Conv2d_4a_3x3 = Convolution.Of(80, 192, kernelSize: 3);
        maxpool2 = MaxPool2d(3, stride: 2);
        Mixed_5b = new InceptionA(192, pooled: 32);
        Mixed_5c = new InceptionA(256, pooled: 64);
        Mixed_5d = new InceptionA(288, pooled: 64);
        Mixed_6a = new InceptionB(288);
        Mixed_6b = new InceptionC(768, inner: 128);
        Mixed_6c = new InceptionC(768, inner: 160);
        Mixed_6d = new InceptionC(768, inner: 160);
        Mixed_6e = new InceptionC(768, inner: 192);
        AuxLogits = Sequential(
            ("conv0", Convolution.Of(768, 128, kernelSize: 1)),
            ("conv1", Convolution.Of(128, 768, kernelSize: 5)),
            ("fc", Linear(768, classes)));
        Mixed_7a = new InceptionD(768);
        Mixed_7b = new InceptionE(1280);
        Mixed_7c = new InceptionE(2048);
        avgpool = AdaptiveAvgPool2d(1);
        this.dropout = Dropout(dropout);
        fc = Linear(2048, classes);
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor x)
    {
        if (transformsInput)
            x = InputTransform.Of(x);
        x = maxpool1.call(Conv2d_2b_3x3.call(Conv2d_2a_3x3.call(Conv2d_1a_3x3.call(x))));
        x = maxpool2.call(Conv2d_4a_3x3.call(Conv2d_3b_1x1.call(x)));
        x = Mixed_5d.call(Mixed_5c.call(Mixed_5b.call(x)));
        x = Mixed_6e.call(Mixed_6d.call(Mixed_6c.call(Mixed_6b.call(Mixed_6a.call(x)))));
        x = Mixed_7c.call(Mixed_7b.call(Mixed_7a.call(x)));
        return fc.call(dropout.call(avgpool.call(x)).flatten(1));
    }
}
