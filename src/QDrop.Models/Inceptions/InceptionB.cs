using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Models;

/// <summary>Inception v3 from 35 × 35 to 17 × 17 (arXiv 1512.00567, figure 10).</summary>
internal sealed partial class InceptionB : Module<Tensor, Tensor>
{
    private readonly Module<Tensor, Tensor> branch3x3, branch3x3dbl_1, branch3x3dbl_2, branch3x3dbl_3;

    public InceptionB(int inputs) : base(nameof(InceptionB))
    {
        branch3x3 = Convolution.Of(inputs, 384, kernelSize: 3, stride: 2);
        branch3x3dbl_1 = Convolution.Of(inputs, 64, kernelSize: 1);
        branch3x3dbl_2 = Convolution.Of(64, 96, kernelSize: 3, padding: 1);
        branch3x3dbl_3 = Convolution.Of(96, 96, kernelSize: 3, stride: 2);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        Tensor twice = branch3x3dbl_3.call(branch3x3dbl_2.call(branch3x3dbl_1.call(x)));
        return cat([branch3x3.call(x), twice, functional.max_pool2d(x, 3, stride: 2)], 1);
    }
}
