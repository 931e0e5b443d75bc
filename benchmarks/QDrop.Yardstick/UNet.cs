using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Yardstick;

/// <summary>
/// A small U-Net, two levels down and up again with skip connections: images <c>[N, 3, H, W]</c> to scores
/// <c>[N, 2, H, W]</c>. Its activations are large, and some of them are needed until its end.
/// </summary>
[Quantize]
public sealed partial class UNet : Module<Tensor, Tensor>
{
    private readonly Conv2d _enc1 = Conv2d(3, 4, 3, padding: 1);
    private readonly Conv2d _enc2 = Conv2d(4, 8, 3, stride: 2, padding: 1);
    private readonly Conv2d _middle = Conv2d(8, 16, 3, stride: 2, padding: 1);
    private readonly Conv2d _dec2 = Conv2d(24, 8, 3, padding: 1);
    private readonly Conv2d _dec1 = Conv2d(12, 4, 3, padding: 1);
    private readonly Conv2d _head = Conv2d(4, 2, 1);

    /// <summary>Makes one with random weights.</summary>
    public UNet()
        : base(nameof(UNet)) => RegisterComponents();

    /// <inheritdoc/>
    public override Tensor forward(Tensor x)
    {
        Tensor first = functional.relu(_enc1.forward(x));
        Tensor second = functional.relu(_enc2.forward(first));
        Tensor y = functional.relu(_middle.forward(second));
        y = functional.interpolate(y, scale_factor: [2.0, 2.0]);
        y = functional.relu(_dec2.forward(cat([y, second], 1)));
        y = functional.interpolate(y, scale_factor: [2.0, 2.0]);
        y = functional.relu(_dec1.forward(cat([y, first], 1)));
        return _head.forward(y);
    }
}
