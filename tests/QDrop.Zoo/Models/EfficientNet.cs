using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Zoo.Vision;

/// <summary>One stage of an EfficientNet.</summary>
public readonly record struct StageOptions(int Expand, int Kernel, int Stride, int Channels, int Repeats);

/// <summary>EfficientNet (Tan and Le 2019), small: mobile inverted bottlenecks with squeeze-and-excitation.</summary>
[Quantize(W = 8, A = 8)]
public sealed partial class EfficientNet : Module<Tensor, Tensor>
{
    private readonly Sequential stem;
    private readonly Sequential blocks;
    private readonly Sequential top;
    private readonly Linear classifier;

    public EfficientNet(int classes = 10) : base(nameof(EfficientNet))
    {
        StageOptions[] stages = [new(1, 3, 1, 8, 1), new(4, 3, 2, 16, 2), new(4, 5, 2, 24, 2), new(6, 3, 1, 32, 1)];

        stem = Sequential(Conv2d(3, 16, 3, padding: 1, bias: false), BatchNorm2d(16), SiLU());
        int channels = 16;
        blocks = Sequential();
        foreach (StageOptions stage in stages)
        {
            for (int i = 0; i < stage.Repeats; i++)
            {
                blocks.append(new MBConv(channels, stage with { Stride = i == 0 ? stage.Stride : 1 }));
                channels = stage.Channels;
            }
        }
        top = Sequential(Conv2d(channels, 96, 1, bias: false), BatchNorm2d(96), SiLU());
        classifier = Linear(96, classes);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        x = stem.call(x);
        x = blocks.call(x);
        x = top.call(x);
        x = x.mean([2, 3]);
        return classifier.call(x);
    }
}

/// <summary>
/// Expansion, depthwise convolution, squeeze-and-excitation, projection, and a residual where shapes agree.
/// </summary>
internal sealed partial class MBConv : Module<Tensor, Tensor>
{
    private readonly Sequential? expand;
    private readonly Sequential depthwise;
    private readonly SqueezeExcitation se;
    private readonly Sequential project;
    private readonly bool hasResidual;

    public MBConv(int inputs, StageOptions options) : base(nameof(MBConv))
    {
        (int ratio, int kernel, int stride, int outputs, int _) = options;
        int hidden = inputs * ratio;
        if (ratio > 1)
            expand = Sequential(Conv2d(inputs, hidden, 1, bias: false), BatchNorm2d(hidden), SiLU());
        depthwise = Sequential(
            Conv2d(hidden, hidden, kernel, stride: stride, padding: kernel / 2, groups: hidden, bias: false),
            BatchNorm2d(hidden),
            SiLU());
        se = new SqueezeExcitation(hidden, Math.Max(1, inputs / 4));
        project = Sequential(Conv2d(hidden, outputs, 1, bias: false), BatchNorm2d(outputs));
        hasResidual = stride == 1 && inputs == outputs;
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        Tensor y = x;
        if (expand is not null)
            y = expand.call(y);
        y = depthwise.call(y);
        y = se.call(y);
        y = project.call(y);
        return hasResidual ? x + y : y;
    }
}

/// <summary>
/// Squeeze-and-excitation (Hu et al. 2018): channels weighted by what the whole picture shows. The gate stays float.
/// </summary>
[FullPrecision]
internal sealed class SqueezeExcitation : Module<Tensor, Tensor>
{
    private readonly Conv2d fc1;
    private readonly Conv2d fc2;

    public SqueezeExcitation(long channels, long squeezed) : base(nameof(SqueezeExcitation))
    {
        fc1 = Conv2d(channels, squeezed, 1);
        fc2 = Conv2d(squeezed, channels, 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        Tensor scale = functional.adaptive_avg_pool2d(x, 1);
        scale = functional.silu(fc1.call(scale));
        scale = torch.sigmoid(fc2.call(scale));
        return x * scale;
    }
}
