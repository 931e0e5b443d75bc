using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Zoo.Vision;

/// <summary>
/// GoogLeNet (Szegedy et al. 2015) for small images, a quarter as wide: inception blocks of four branches.
/// </summary>
[Quantize]
public sealed partial class GoogLeNet : Module<Tensor, Tensor>
{
    private readonly Module<Tensor, Tensor> pre_layers;
    private readonly Inception a3, b3, a4, b4;
    private readonly Module<Tensor, Tensor> maxpool, avgpool;
    private readonly Linear linear;

    public GoogLeNet() : base(nameof(GoogLeNet))
    {
        pre_layers = Inception.ConvBlock(3, 48, kernel_size: 3, padding: 1);
        a3 = new Inception(48, 16, 24, 32, 4, 8, 8);
        b3 = new Inception(64, 32, 32, 48, 8, 24, 16);
        maxpool = MaxPool2d(3, stride: 2, padding: 1);
        a4 = new Inception(120, 48, 24, 52, 4, 12, 16);
        b4 = new Inception(128, 40, 28, 56, 6, 16, 16);
        avgpool = AdaptiveAvgPool2d(1);
        linear = Linear(128, 10);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        Tensor @out = pre_layers.call(x);
        @out = a3.call(@out);
        @out = b3.call(@out);
        @out = maxpool.call(@out);
        @out = a4.call(@out);
        @out = b4.call(@out);
        @out = avgpool.call(@out);
        @out = @out.view(@out.size(0), -1);
        return linear.call(@out);
    }
}

/// <summary>Four branches side by side, concatenated by channels.</summary>
internal sealed partial class Inception : Module<Tensor, Tensor>
{
    private readonly Sequential branch1, branch2, branch3, branch4;

    public Inception(int in_planes, int n1x1, int n3x3red, int n3x3, int n5x5red, int n5x5, int pool_planes)
        : base(nameof(Inception))
    {
        branch1 = ConvBlock(in_planes, n1x1);
        branch2 = Sequential(ConvBlock(in_planes, n3x3red), ConvBlock(n3x3red, n3x3, kernel_size: 3, padding: 1));
        branch3 = Sequential(
            ConvBlock(in_planes, n5x5red),
            ConvBlock(n5x5red, n5x5, kernel_size: 3, padding: 1),
            ConvBlock(n5x5, n5x5, kernel_size: 3, padding: 1));
        branch4 = Sequential(MaxPool2d(3, stride: 1, padding: 1), ConvBlock(in_planes, pool_planes));
        RegisterComponents();
    }

    public static Sequential ConvBlock(int inputs, int outputs, int kernel_size = 1, int padding = 0) => Sequential(
        Conv2d(inputs, outputs, kernel_size, padding: padding), BatchNorm2d(outputs), ReLU(inplace: true));

    public override Tensor forward(Tensor x)
    {
        Tensor y1 = branch1.call(x);
        Tensor y2 = branch2.call(x);
        Tensor y3 = branch3.call(x);
        Tensor y4 = branch4.call(x);
        return cat(new[] { y1, y2, y3, y4 }, dim: 1);
    }
}
