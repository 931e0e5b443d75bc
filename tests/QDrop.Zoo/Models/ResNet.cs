using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Zoo.Vision
{
    /// <summary>
    /// ResNet (He et al. 2016) for small images, a sixteenth as wide: <c>[N, 3, 32, 32]</c> to logits <c>[N, 10]</c>.
    /// </summary>
    public abstract partial class ResNet : Module<Tensor, Tensor>
    {
        // Protected: RegisterComponents does not see the private fields of a base class.
        protected readonly Module<Tensor, Tensor> layers;
        private int in_planes = 4;

        /// <param name="name">Name of the model.</param>
        /// <param name="block">Makes a block from the channels that go in, its width, and its stride.</param>
        /// <param name="expansion">Channels that come out of a block, as a multiple of its width.</param>
        /// <param name="num_blocks">Number of blocks in each of the four groups.</param>
        /// <param name="numClasses">Number of classes.</param>
        protected ResNet(
            string name,
            Func<int, int, int, Module<Tensor, Tensor>> block,
            int expansion,
            IList<int> num_blocks,
            int numClasses = 10)
            : base(name)
        {
            var modules = new List<(string, Module<Tensor, Tensor>)>
            {
                ("conv2d-first", Conv2d(3, in_planes, kernel_size: 3, stride: 1, padding: 1, bias: false)),
                ("bnrm2d-first", BatchNorm2d(in_planes)),
                ("relu-first", ReLU(inplace: true)),
            };
            MakeLayer(modules, block, expansion, 4, num_blocks[0], 1);
            MakeLayer(modules, block, expansion, 8, num_blocks[1], 2);
            MakeLayer(modules, block, expansion, 16, num_blocks[2], 2);
            MakeLayer(modules, block, expansion, 32, num_blocks[3], 2);
            modules.Add(("avgpool", AvgPool2d([4, 4])));
            modules.Add(("flatten", Flatten()));
            modules.Add(("linear", Linear(in_planes, numClasses)));

            layers = Sequential(modules);

            RegisterComponents();
        }

        public override Tensor forward(Tensor input) => layers.forward(input);

        private void MakeLayer(
            List<(string, Module<Tensor, Tensor>)> modules,
            Func<int, int, int, Module<Tensor, Tensor>> block,
            int expansion,
            int planes,
            int num_blocks,
            int stride)
        {
            for (int i = 0; i < num_blocks; i++)
            {
                modules.Add(($"blck-{planes}-{i}", block(in_planes, planes, i == 0 ? stride : 1)));
                in_planes = planes * expansion;
            }
        }

        internal sealed partial class BasicBlock : Module<Tensor, Tensor>
        {
            public const int Expansion = 1;

            private readonly Module<Tensor, Tensor> layers;
            private readonly Module<Tensor, Tensor> shortcut;

            public BasicBlock(int in_planes, int planes, int stride) : base("BasicBlock")
            {
                layers = Sequential(
                    ("c1", Conv2d(in_planes, planes, kernel_size: 3, stride: stride, padding: 1, bias: false)),
                    ("b1", BatchNorm2d(planes)),
                    ("r1", ReLU(inplace: true)),
                    ("c2", Conv2d(planes, planes, kernel_size: 3, stride: 1, padding: 1, bias: false)),
                    ("b2", BatchNorm2d(planes)));

                shortcut = stride != 1 || in_planes != Expansion * planes
                    ? Sequential(
                        ("c3", Conv2d(in_planes, Expansion * planes, kernel_size: 1, stride: stride, bias: false)),
                        ("b3", BatchNorm2d(Expansion * planes)))
                    : Sequential();

                RegisterComponents();
            }

            public override Tensor forward(Tensor input)
            {
                Tensor y = layers.forward(input);
                Tensor x = shortcut.forward(input);
                return y.add_(x).relu_();
            }
        }

        internal sealed partial class Bottleneck : Module<Tensor, Tensor>
        {
            public const int Expansion = 4;

            private readonly Module<Tensor, Tensor> layers;
            private readonly Module<Tensor, Tensor> shortcut;

            public Bottleneck(int in_planes, int planes, int stride) : base("Bottleneck")
            {
                layers = Sequential(
                    ("c1", Conv2d(in_planes, planes, kernel_size: 1, bias: false)),
                    ("b1", BatchNorm2d(planes)),
                    ("r1", ReLU(inplace: true)),
                    ("c2", Conv2d(planes, planes, kernel_size: 3, stride: stride, padding: 1, bias: false)),
                    ("b2", BatchNorm2d(planes)),
                    ("r2", ReLU(inplace: true)),
                    ("c3", Conv2d(planes, Expansion * planes, kernel_size: 1, bias: false)),
                    ("b3", BatchNorm2d(Expansion * planes)));

                shortcut = stride != 1 || in_planes != Expansion * planes
                    ? Sequential(
                        ("c4", Conv2d(in_planes, Expansion * planes, kernel_size: 1, stride: stride, bias: false)),
                        ("b4", BatchNorm2d(Expansion * planes)))
                    : Sequential();

                RegisterComponents();
            }

            public override Tensor forward(Tensor input)
            {
                Tensor y = layers.forward(input);
                Tensor x = shortcut.forward(input);
                return y.add_(x).relu_();
            }
        }
    }
}
