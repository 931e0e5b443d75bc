using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Zoo.Vision;

/// <summary>DenseNet (Huang et al. 2017), small: every layer sees the concatenation of all before it.</summary>
[Quantize]
public sealed partial class DenseNet : Module<Tensor, Tensor>
{
    private readonly Conv2d conv0;
    private readonly Sequential features;
    private readonly BatchNorm2d norm;
    private readonly Linear classifier;

    public DenseNet(int growthRate = 8, int initialFeatures = 16, int classes = 10) : base(nameof(DenseNet))
    {
        conv0 = Conv2d(3, initialFeatures, 3, padding: 1, bias: false);
        features = Sequential();
        int channels = initialFeatures;
        int[] blocks = [3, 3, 3];
        for (int i = 0; i < blocks.Length; i++)
        {
            features.append($"denseblock{i + 1}", new DenseBlock(blocks[i], channels, growthRate));
            channels += blocks[i] * growthRate;
            if (i == blocks.Length - 1)
                continue;
            features.append($"transition{i + 1}", Transition(channels, channels / 2));
            channels /= 2;
        }
        norm = BatchNorm2d(channels);
        classifier = Linear(channels, classes);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        Tensor features = this.features.call(conv0.call(x));
        Tensor @out = functional.relu(norm.call(features), inplace: true);
        @out = functional.adaptive_avg_pool2d(@out, (1, 1));
        @out = torch.flatten(@out, 1);
        return classifier.call(@out);
    }

    private static Sequential Transition(int inputs, int outputs) => Sequential(
        ("norm", BatchNorm2d(inputs)),
        ("relu", ReLU(inplace: true)),
        ("conv", Conv2d(inputs, outputs, 1, bias: false)),
        ("pool", AvgPool2d(kernel_size: 2, stride: 2)));

    private sealed partial class DenseBlock : Module<Tensor, Tensor>
    {
        private readonly ModuleList<DenseLayer> layers = [];

        public DenseBlock(int count, int inputs, int growthRate) : base(nameof(DenseBlock))
        {
            for (int i = 0; i < count; i++)
                layers.Add(new DenseLayer(inputs + i * growthRate, growthRate));
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            foreach (DenseLayer layer in layers)
                x = torch.cat([x, layer.call(x)], 1);
            return x;
        }
    }

    /// <summary>
    /// What it computes is read by every layer after it, so that an error here is seen by all of them.
    /// </summary>
    [Quantize(A = 8)]
    private sealed partial class DenseLayer : Module<Tensor, Tensor>
    {
        private readonly BatchNorm2d norm1, norm2;
        private readonly Conv2d conv1, conv2;

        public DenseLayer(int inputs, int growthRate, int bottleneck = 4) : base(nameof(DenseLayer))
        {
            norm1 = BatchNorm2d(inputs);
            conv1 = Conv2d(inputs, bottleneck * growthRate, 1, bias: false);
            norm2 = BatchNorm2d(bottleneck * growthRate);
            conv2 = Conv2d(bottleneck * growthRate, growthRate, 3, padding: 1, bias: false);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            Tensor y = conv1.call(functional.relu(norm1.call(x)));
            return conv2.call(functional.relu(norm2.call(y)));
        }
    }
}
