using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Zoo.Vision
{
    /// <summary>
    /// The convolutional network of introductions: a module for every step, a local for every value. Images <c>[N, 1,
    /// 28, 28]</c> to log-probabilities <c>[N, 10]</c>.
    /// </summary>
    [Quantize]
    public partial class MnistNet : Module<Tensor, Tensor>
    {
        private readonly Module<Tensor, Tensor> conv1 = Conv2d(1, 8, 3);
        private readonly Module<Tensor, Tensor> conv2 = Conv2d(8, 16, 3);
        private readonly Module<Tensor, Tensor> fc1 = Linear(2304, 64);
        private readonly Module<Tensor, Tensor> fc2 = Linear(64, 10);

        // Without parameters: one of each would do.
        private readonly Module<Tensor, Tensor> pool1 = MaxPool2d(kernel_size: [2, 2]);
        private readonly Module<Tensor, Tensor> relu1 = ReLU();
        private readonly Module<Tensor, Tensor> relu2 = ReLU();
        private readonly Module<Tensor, Tensor> relu3 = ReLU();
        private readonly Module<Tensor, Tensor> dropout1 = Dropout(0.25);
        private readonly Module<Tensor, Tensor> dropout2 = Dropout(0.5);
        private readonly Module<Tensor, Tensor> flatten = Flatten();
        private readonly Module<Tensor, Tensor> logsm = LogSoftmax(1);

        public MnistNet(string name = nameof(MnistNet)) : base(name)
        {
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            Tensor l11 = conv1.forward(input);
            Tensor l12 = relu1.forward(l11);

            Tensor l21 = conv2.forward(l12);
            Tensor l22 = relu2.forward(l21);
            Tensor l23 = pool1.forward(l22);
            Tensor l24 = dropout1.forward(l23);

            Tensor x = flatten.forward(l24);

            Tensor l31 = fc1.forward(x);
            Tensor l32 = relu3.forward(l31);
            Tensor l33 = dropout2.forward(l32);

            Tensor l41 = fc2.forward(l33);

            return logsm.forward(l41);
        }
    }
}
