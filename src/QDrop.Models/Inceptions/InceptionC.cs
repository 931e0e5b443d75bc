using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Models;

/// <summary>Inception v3 at 17 × 17, with 7 × 7 kernels in two steps (arXiv 1512.00567, figure 6).</summary>
internal sealed partial class InceptionC : Module<Tensor, Tensor>
{
    private readonly Module<Tensor, Tensor> branch1x1, branch7x7_1, branch7x7_2, branch7x7_3;
    private readonly Module<Tensor, Tensor> branch7x7dbl_1, branch7x7dbl_2, branch7x7dbl_3, branch7x7dbl_4;
    private readonly Module<Tensor, Tensor> branch7x7dbl_5, branch_pool;

    /// <param name="inputs">Channels in.</param>
    /// <param name="inner">Channels between the convolutions.</param>
    public InceptionC(int inputs, int inner) : base(nameof(InceptionC))
    {
        branch1x1 = Convolution.Of(inputs, 192, kernelSize: 1);
        branch7x7_1 = Convolution.Of(inputs, inner, kernelSize: 1);
        branch7x7_2 = Convolution.Of(inner, inner, (1, 7), (0, 3));
        branch7x7_3 = Convolution.Of(inner, 192, (7, 1), (3, 0));
        branch7x7dbl_1 = Convolution.Of(inputs, inner, kernelSize: 1);
        branch7x7dbl_2 = Convolution.Of(inner, inner, (7, 1), (3, 0));
        branch7x7dbl_3 = Convolution.Of(inner, inner, (1, 7), (0, 3));
        branch7x7dbl_4 = Convolution.Of(inner, inner, (7, 1), (3, 0));
        branch7x7dbl_5 = Convolution.Of(inner, 192, (1, 7), (0, 3));
        branch_pool = Convolution.Of(inputs, 192, kernelSize: 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        Tensor once = branch7x7_3.call(branch7x7_2.call(branch7x7_1.call(x)));
        Tensor twice = branch7x7dbl_3.call(branch7x7dbl_2.call(branch7x7dbl_1.call(x)));
        twice = branch7x7dbl_5.call(branch7x7dbl_4.call(twice));
        Tensor pooled = branch_pool.call(functional.avg_pool2d(x, 3, stride: 1, padding: 1));
        return cat([branch1x1.call(x), once, twice, pooled], 1);
    }
}
