using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Models;

/// <summary>Inception v3 from 17 × 17 to 8 × 8.</summary>
internal sealed partial class InceptionD : Module<Tensor, Tensor>
{
    private readonly Module<Tensor, Tensor> branch3x3_1, branch3x3_2;
    private readonly Module<Tensor, Tensor> branch7x7x3_1, branch7x7x3_2, branch7x7x3_3, branch7x7x3_4;

    public InceptionD(int inputs) : base(nameof(InceptionD))
    {
        branch3x3_1 = Convolution.Of(inputs, 192, kernelSize: 1);
        branch3x3_2 = Convolution.Of(192, 320, kernelSize: 3, stride: 2);
        branch7x7x3_1 = Convolution.Of(inputs, 192, kernelSize: 1);
        branch7x7x3_2 = Convolution.Of(192, 192, (1, 7), (0, 3));
        branch7x7x3_3 = Convolution.Of(192, 192, (7, 1), (3, 0));
        branch7x7x3_4 = Convolution.Of(192, 192, kernelSize: 3, stride: 2);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        Tensor narrow = branch3x3_2.call(branch3x3_1.call(x));
        Tensor wide = branch7x7x3_3.call(branch7x7x3_2.call(branch7x7x3_1.call(x)));
        return cat([narrow, branch7x7x3_4.call(wide), functional.max_pool2d(x, 3, stride: 2)], 1);
    }
}
