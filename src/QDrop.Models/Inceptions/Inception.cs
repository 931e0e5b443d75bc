using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Models;

/// <summary>The block of GoogLeNet: four branches side by side, concatenated by channels.</summary>
internal sealed partial class Inception : Module<Tensor, Tensor>
{
    private readonly Module<Tensor, Tensor> branch1, branch2, branch3, branch4;

    /// <param name="inputs">Channels in.</param>
    /// <param name="first">Channels of the branch with a 1 × 1 convolution.</param>
    /// <param name="second">Channels of the 1 × 1 and the 3 × 3 convolution of the second branch.</param>
    /// <param name="third">Those of the third, whose 3 × 3 kernel is what torchvision has for 5 × 5.</param>
    /// <param name="fourth">Channels of the branch that pools.</param>
    public Inception(int inputs, int first, (int Inner, int Outer) second, (int Inner, int Outer) third, int fourth)
        : base(nameof(Inception))
    {
        branch1 = Convolution.Of(inputs, first, kernelSize: 1);
        branch2 = Branch(inputs, second);
        branch3 = Branch(inputs, third);
        branch4 = Sequential(
            MaxPool2d(3, stride: 1, padding: 1, ceil_mode: true), Convolution.Of(inputs, fourth, kernelSize: 1));
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) =>
        cat([branch1.call(x), branch2.call(x), branch3.call(x), branch4.call(x)], 1);

    private static Module<Tensor, Tensor> Branch(int inputs, (int Inner, int Outer) channels) => Sequential(
        Convolution.Of(inputs, channels.Inner, kernelSize: 1),
        Convolution.Of(channels.Inner, channels.Outer, kernelSize: 3, padding: 1));
}
