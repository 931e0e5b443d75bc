using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Zoo.Vision
{
    /// <summary>
    /// A plain convolutional network that frees its intermediate values itself: <c>[N, 3, 32, 32]</c> to logits <c>[N,
    /// 10]</c>.
    /// </summary>
    [Quantize(W = 4, A = 4)]
    public sealed partial class CifarNet : Module<Tensor, Tensor>
    {
        private readonly Conv2d conv1, conv2, conv3;
        private readonly BatchNorm2d bn1, bn2, bn3;
        private readonly Linear fc1, fc2;

        public CifarNet() : base(nameof(CifarNet))
        {
            conv1 = Conv2d(3, 8, 3, padding: Padding.Same);
            bn1 = BatchNorm2d(8);
            conv2 = Conv2d(8, 16, 3, padding: Padding.Same);
            bn2 = BatchNorm2d(16);
            conv3 = Conv2d(16, 24, 3, padding: Padding.Same);
            bn3 = BatchNorm2d(24);
            fc1 = Linear(24 * 4 * 4, 48);
            fc2 = Linear(48, 10);
            RegisterComponents();
        }

        public override Tensor forward(Tensor @in)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor x = functional.leaky_relu(bn1.call(conv1.call(@in)), 0.1);
            x = functional.max_pool2d(x, 2);
            x = functional.leaky_relu(bn2.call(conv2.call(x)), 0.1);
            x = functional.max_pool2d(x, 2);
            x = functional.leaky_relu(bn3.call(conv3.call(x)), 0.1);
            x = functional.max_pool2d(x, 2);
            x = fc1.call(x.flatten(start_dim: 1)).relu_();
            return fc2.call(x).MoveToOuterDisposeScope();
        }
    }
}
