using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Zoo.Vision;

/// <summary>
/// An image <c>[N, 3, 32, 32]</c> and a row of measurements <c>[N, 6]</c>, each with a network of its own, joined at
/// the end.
/// </summary>
[Quantize(W = 8, A = 8)]
public sealed partial class LateFusionNet : Module<Tensor, Tensor, Tensor>
{
    private readonly Sequential image;
    private readonly Sequential table;
    private readonly Sequential head;

    public LateFusionNet() : base(nameof(LateFusionNet))
    {
        image = Sequential(
            Conv2d(3, 16, 3, stride: 2, padding: 1), BatchNorm2d(16), ReLU(),
            Conv2d(16, 32, 3, stride: 2, padding: 1), BatchNorm2d(32), ReLU(),
            AdaptiveAvgPool2d(1), Flatten());
        table = Sequential(Linear(6, 32), BatchNorm1d(32), ReLU(), Linear(32, 16), ReLU());
        head = Sequential(Linear(48, 32), ReLU(), Dropout(0.3), Linear(32, 4));
        RegisterComponents();
    }

    public override Tensor forward(Tensor image, Tensor table) =>
        head.call(cat([this.image.call(image), this.table.call(table)], dim: 1));
}
