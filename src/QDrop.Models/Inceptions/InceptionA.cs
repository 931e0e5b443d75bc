using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Models;

/// <summary>Inception v3 at 35 × 35 (arXiv 1512.00567, figure 5).</summary>
internal sealed partial class InceptionA : Module<Tensor, Tensor>
{
    private readonly Module<Tensor, Tensor> branch1x1, branch5x5_1, branch5x5_2;
    private readonly Module<Tensor, Tensor> branch3x3dbl_1, branch3x3dbl_2, branch3x3dbl_3, branch_pool;

    /// <param name="inputs">Channels in.</param>
    /// <param name="pooled">Channels of the branch that pools.</param>
    public InceptionA(int inputs, int pooled) : base(nameof(InceptionA))
    {
        branch1x1 = Convolution.Of(inputs, 64, kernelSize: 1);
        branch5x5_1 = Convolution.Of(inputs, 48, kernelSize: 1);
        branch5x5_2 = Convolution.Of(48, 64, kernelSize: 5, padding: 2);
        branch3x3dbl_1 = Convolution.Of(inputs, 64, kernelSize: 1);
        branch3x3dbl_2 = Convolution.Of(64, 96, kernelSize: 3, padding: 1);
        branch3x3dbl_3 = Convolution.Of(96, 96, kernelSize: 3, padding: 1);
        branch_pool = Convolution.Of(inputs, pooled, kernelSize: 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        Tensor wide = branch5x5_2.call(branch5x5_1.call(x));
        Tensor twice = branch3x3dbl_3.call(branch3x3dbl_2.call(branch3x3dbl_1.call(x)));
        Tensor pooled = branch_pool.call(functional.avg_pool2d(x, 3, stride: 1, padding: 1));
        return cat([branch1x1.call(x), wide, twice, pooled], 1);
    }
}
