using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Zoo.Vision;

/// <summary>ShuffleNetV2 (Ma et al. 2018), small: half of the channels pass by, then all are shuffled.</summary>
[Quantize(W = 8, A = 8)]
public sealed partial class ShuffleNetV2 : Module<Tensor, Tensor>
{
    private readonly Sequential conv1, stage2, stage3, conv5;
    private readonly Linear fc;

    public ShuffleNetV2(int num_classes = 10) : base(nameof(ShuffleNetV2))
    {
        conv1 = Sequential(Conv2d(3, 16, 3, stride: 1, padding: 1, bias: false), BatchNorm2d(16), ReLU(inplace: true));
        stage2 = Stage(16, 32, repeats: 3);
        stage3 = Stage(32, 64, repeats: 4);
        conv5 = Sequential(Conv2d(64, 128, 1, bias: false), BatchNorm2d(128), ReLU(inplace: true));
        fc = Linear(128, num_classes);
        RegisterComponents();

        static Sequential Stage(int inputs, int outputs, int repeats)
        {
            Sequential stage = Sequential(new InvertedResidual(inputs, outputs, 2));
            for (int i = 1; i < repeats; i++)
                stage.append(new InvertedResidual(outputs, outputs, 1));
            return stage;
        }
    }

    public override Tensor forward(Tensor x)
    {
        x = conv1.call(x);
        x = stage2.call(x);
        x = stage3.call(x);
        x = conv5.call(x);
        x = x.mean(new long[] { 2, 3 }); // global pooling
        return fc.call(x);
    }

    private sealed partial class InvertedResidual : Module<Tensor, Tensor>
    {
        private readonly int stride;
        private readonly Sequential branch1;
        private readonly Sequential branch2;

        public InvertedResidual(int inp, int oup, int stride) : base(nameof(InvertedResidual))
        {
            this.stride = stride;
            int branch_features = oup / 2;

            branch1 = stride > 1
                ? Sequential(
                    DepthwiseConv(inp, inp, stride),
                    BatchNorm2d(inp),
                    Conv2d(inp, branch_features, 1, bias: false),
                    BatchNorm2d(branch_features),
                    ReLU(inplace: true))
                : Sequential();

            branch2 = Sequential(
                Conv2d(stride > 1 ? inp : branch_features, branch_features, 1, bias: false),
                BatchNorm2d(branch_features),
                ReLU(inplace: true),
                DepthwiseConv(branch_features, branch_features, stride),
                BatchNorm2d(branch_features),
                Conv2d(branch_features, branch_features, 1, bias: false),
                BatchNorm2d(branch_features),
                ReLU(inplace: true));
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            Tensor @out;
            if (stride == 1)
            {
                Tensor[] halves = x.chunk(2, dim: 1);
                @out = torch.cat([halves[0], branch2.call(halves[1])], dim: 1);
            }
            else
            {
                @out = torch.cat([branch1.call(x), branch2.call(x)], dim: 1);
            }

            return ChannelShuffle(@out, 2);
        }

        private static Conv2d DepthwiseConv(int i, int o, int stride) =>
            Conv2d(i, o, 3, stride: stride, padding: 1, groups: i, bias: false);

        private static Tensor ChannelShuffle(Tensor x, int groups)
        {
            long batchsize = x.size(0);
            long num_channels = x.size(1);
            long height = x.size(2);
            long width = x.size(3);
            long channels_per_group = num_channels / groups;

            x = x.view(batchsize, groups, channels_per_group, height, width);
            x = torch.transpose(x, 1, 2).contiguous();
            return x.view(batchsize, num_channels, height, width);
        }
    }
}
