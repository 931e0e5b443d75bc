using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Models;

/// <summary>Inception v3 at 8 × 8, with branches that fork (arXiv 1512.00567, figure 7).</summary>
internal sealed partial class InceptionE : Module<Tensor, Tensor>
{
    private readonly Module<Tensor, Tensor> branch1x1, branch3x3_1, branch3x3_2a, branch3x3_2b;
    private readonly Module<Tensor, Tensor> branch3x3dbl_1, branch3x3dbl_2, branch3x3dbl_3a, branch3x3dbl_3b;
    private readonly Module<Tensor, Tensor> branch_pool;

    public InceptionE(int inputs) : base(nameof(InceptionE))
    {
        branch1x1 = Convolution.Of(inputs, 320, kernelSize: 1);
        branch3x3_1 = Convolution.Of(inputs, 384, kernelSize: 1);
        branch3x3_2a = Convolution.Of(384, 384, (1, 3), (0, 1));
        branch3x3_2b = Convolution.Of(384, 384, (3, 1), (1, 0));
        branch3x3dbl_1 = Convolution.Of(inputs, 448, kernelSize: 1);
        branch3x3dbl_2 = Convolution.Of(448, 384, kernelSize: 3, padding: 1);
        branch3x3dbl_3a = Convolution.Of(384, 384, (1, 3), (0, 1));
        branch3x3dbl_3b = Convolution.Of(384, 384, (3, 1), (1, 0));
        branch_pool = Convolution.Of(inputs, 192, kernelSize: 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        Tensor once = branch3x3_1.call(x);
        Tensor twice = branch3x3dbl_2.call(branch3x3dbl_1.call(x));
        Tensor pooled = branch_pool.call(functional.avg_pool2d(x, 3, stride: 1, padding: 1));
        return cat(
            [
                branch1x1.call(x),
                branch3x3_2a.call(once),
                branch3x3_2b.call(once),
                branch3x3dbl_3a.call(twice),
                branch3x3dbl_3b.call(twice),
                pooled,
            ],
            1);
    }
}
