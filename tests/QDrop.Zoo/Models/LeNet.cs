using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Zoo.Vision;

/// <summary>LeNet-5 (LeCun et al. 1998): images <c>[N, 1, 28, 28]</c> to logits <c>[N, 10]</c>.</summary>
[Quantize(W = 4, A = 4)]
public sealed partial class LeNet : Module<Tensor, Tensor>
{
    private readonly Module<Tensor, Tensor> conv1 = Conv2d(1, 6, 5, padding: 2);
    private readonly Module<Tensor, Tensor> conv2 = Conv2d(6, 16, 5);
    private readonly Module<Tensor, Tensor> fc1 = Linear(16 * 5 * 5, 120);
    private readonly Module<Tensor, Tensor> fc2 = Linear(120, 84);
    private readonly Module<Tensor, Tensor> fc3 = Linear(84, 10);

    public LeNet() : base(nameof(LeNet)) => RegisterComponents();

    public override Tensor forward(Tensor x)
    {
        x = functional.max_pool2d(functional.relu(conv1.forward(x)), kernel_size: 2);
        x = functional.max_pool2d(functional.relu(conv2.forward(x)), kernel_size: 2);
        x = x.view(-1, 16 * 5 * 5);
        x = functional.relu(fc1.forward(x));
        x = functional.relu(fc2.forward(x));
        return fc3.forward(x);
    }
}
