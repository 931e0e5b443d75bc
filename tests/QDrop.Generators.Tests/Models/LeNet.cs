using QDrop;
using TorchSharp.Modules;
using static TorchSharp.torch;

public static partial class Zoo
{
    /// <summary>A flat model with fields of concrete types, in no namespace, inside another class.</summary>
    [Quantize]
    public partial class LeNet : nn.Module<Tensor, Tensor>
    {
        private readonly Conv2d conv1 = nn.Conv2d(1, 6, 5, padding: 2);
        private readonly Conv2d conv2 = nn.Conv2d(6, 16, 5);
        private readonly Linear fc1 = nn.Linear(16 * 5 * 5, 120);
        private readonly Linear fc2 = nn.Linear(120, 84);
        private readonly Linear fc3 = nn.Linear(84, 10);
        private readonly double slope;

        public LeNet(double slope = 0.1) : base("LeNet")
        {
            this.slope = slope;
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            var x = nn.functional.max_pool2d(nn.functional.relu(conv1.call(input)), 2);
            x = nn.functional.max_pool2d(conv2.call(x).relu(), kernel_size: 2);
            x = x.view(x.shape[0], -1);
            x = fc1.call(x).tanh(); // saturates, on purpose
            x = nn.functional.leaky_relu(fc2.call(x), slope);
            return fc3.call(x);
        }
    }
}
