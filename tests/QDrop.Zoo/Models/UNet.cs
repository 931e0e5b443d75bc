using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

namespace Zoo.Vision;

/// <summary>
/// U-Net (Ronneberger et al. 2015), three levels, with learned and with bilinear upsampling: <c>[N, 3, 32, 32]</c> to
/// one map of logits for each class.
/// </summary>
[Quantize(W = 4, A = 8)]
public sealed partial class UNet : Module<Tensor, Tensor>
{
    private readonly DoubleConv inc, down1, down2, up1, up2;
    private readonly Module<Tensor, Tensor> unpool1, unpool2;
    private readonly Conv2d outc;

    public UNet(int channels = 3, int classes = 4) : base(nameof(UNet))
    {
        inc = new DoubleConv(channels, 8);
        down1 = new DoubleConv(8, 16);
        down2 = new DoubleConv(16, 32);
        unpool1 = Up(32, 16, bilinear: false);
        up1 = new DoubleConv(32, 16);
        unpool2 = Up(16, 8, bilinear: true);
        up2 = new DoubleConv(16, 8);
        outc = Conv2d(8, classes, 1);
        RegisterComponents();

        static Module<Tensor, Tensor> Up(int inputs, int outputs, bool bilinear) =>
            bilinear
                ? Sequential(
                    Upsample(scale_factor: [2, 2], mode: UpsampleMode.Bilinear, align_corners: true),
                    Conv2d(inputs, outputs, 1))
                : ConvTranspose2d(inputs, outputs, 2, stride: 2);
    }

    public override Tensor forward(Tensor x)
    {
        Tensor x1 = inc.call(x);
        Tensor x2 = down1.call(F.max_pool2d(x1, 2));
        Tensor x3 = down2.call(F.max_pool2d(x2, 2));

        Tensor y = unpool1.call(x3);
        y = up1.call(cat([x2, y], dim: 1));
        y = unpool2.call(y);
        y = up2.call(cat([x1, y], dim: 1));
        return outc.call(y);
    }
}

/// <summary>
/// Two 3×3 convolutions, each with batch norm and activation: one block of the network, though nothing is added in it.
/// </summary>
[QuantizationBlock]
internal sealed partial class DoubleConv : Module<Tensor, Tensor>
{
    private readonly Sequential double_conv;

    public DoubleConv(int in_channels, int out_channels) : base(nameof(DoubleConv))
    {
        double_conv = Sequential(
            Conv2d(in_channels, out_channels, kernel_size: 3, padding: 1, bias: false),
            BatchNorm2d(out_channels),
            ReLU(inplace: true),
            Conv2d(out_channels, out_channels, kernel_size: 3, padding: 1, bias: false),
            BatchNorm2d(out_channels),
            ReLU(inplace: true));
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => double_conv.call(x);
}
