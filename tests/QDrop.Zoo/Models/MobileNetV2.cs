using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Zoo.Vision;

/// <summary>
/// MobileNetV2 (Sandler et al. 2018), a quarter as wide: inverted residuals, added only where shapes agree.
/// </summary>
[Quantize(W = 4, A = 8, Drop = 0.5)]
public sealed partial class MobileNetV2 : Module<Tensor, Tensor>
{
    private readonly Sequential features;
    private readonly Sequential classifier;

    public MobileNetV2(int num_classes = 10, double dropout = 0.2) : base(nameof(MobileNetV2))
    {
        // t: expansion, c: channels, n: repeats, s: stride
        var settings = new (int t, int c, int n, int s)[]
        {
            (1, 4, 1, 1),
            (6, 6, 2, 1),
            (6, 8, 3, 2),
            (6, 16, 4, 2),
            (6, 24, 3, 1),
            (6, 40, 3, 2),
            (6, 80, 1, 1),
        };

        int inputChannel = 8;
        features = Sequential(new ConvNormActivation(3, inputChannel, stride: 1));
        foreach ((int t, int c, int n, int s) in settings)
        {
            for (int i = 0; i < n; i++)
            {
                features.append(new InvertedResidual(inputChannel, c, i == 0 ? s : 1, expandRatio: t));
                inputChannel = c;
            }
        }
        features.append(new ConvNormActivation(inputChannel, 128, kernelSize: 1));
        classifier = Sequential(Dropout(dropout), Linear(128, num_classes));
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        x = features.call(x);
        // What a flatten would give: a mean over the picture.
        x = functional.adaptive_avg_pool2d(x, (1, 1));
        x = flatten(x, 1);
        return classifier.call(x);
    }

    private sealed partial class ConvNormActivation : Module<Tensor, Tensor>
    {
        private readonly Conv2d conv;
        private readonly BatchNorm2d bn;
        private readonly ReLU6 activation;

        public ConvNormActivation(int inp, int oup, int kernelSize = 3, int stride = 1, int groups = 1)
            : base(nameof(ConvNormActivation))
        {
            conv = Conv2d(
                inp, oup, kernelSize, stride: stride, padding: (kernelSize - 1) / 2, groups: groups, bias: false);
            bn = BatchNorm2d(oup);
            activation = ReLU6(inplace: true);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x) => activation.call(bn.call(conv.call(x)));
    }

    private sealed partial class InvertedResidual : Module<Tensor, Tensor>
    {
        private readonly bool useResConnect;
        private readonly Sequential conv;

        public InvertedResidual(int inp, int oup, int stride, int expandRatio) : base(nameof(InvertedResidual))
        {
            if (stride is not (1 or 2))
                throw new ArgumentOutOfRangeException(nameof(stride), stride, "expected 1 or 2");

            int hidden = inp * expandRatio;
            useResConnect = stride == 1 && inp == oup;

            var layers = new List<Module<Tensor, Tensor>>();
            if (expandRatio != 1)
                layers.Add(new ConvNormActivation(inp, hidden, kernelSize: 1));
            layers.AddRange(
            [
                new ConvNormActivation(hidden, hidden, stride: stride, groups: hidden),
                Conv2d(hidden, oup, 1, bias: false),
                BatchNorm2d(oup),
            ]);
            conv = Sequential(layers);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            if (useResConnect)
                return x + conv.call(x);
            else
                return conv.call(x);
        }
    }
}
