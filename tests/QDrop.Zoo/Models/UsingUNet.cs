using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Zoo.Vision;

/// <summary>
/// A U-Net for one mask, by someone who disposes each tensor: <c>[N, 3, 32, 32]</c> to <c>[N, 1, 32, 32]</c>.
/// </summary>
[Quantize(W = 4, A = 8)]
public sealed partial class UsingUNet : Module<Tensor, Tensor>
{
    private readonly Stage down1, down2, bottom, up2, up1;
    private readonly MaxPool2d pool;
    private readonly ConvTranspose2d unpool2, unpool1;
    private readonly Conv2d last;

    public UsingUNet(int width = 8) : base(nameof(UsingUNet))
    {
        down1 = new Stage(3, width);
        down2 = new Stage(width, 2 * width);
        bottom = new Stage(2 * width, 4 * width);
        up2 = new Stage(4 * width, 2 * width);
        up1 = new Stage(2 * width, width);
        pool = MaxPool2d(2);
        unpool2 = ConvTranspose2d(4 * width, 2 * width, 2, stride: 2);
        unpool1 = ConvTranspose2d(2 * width, width, 2, stride: 2);
        last = Conv2d(width, 1, 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        using Tensor skip1 = down1.call(input);
        using Tensor half = pool.call(skip1);
        using Tensor skip2 = down2.call(half);
        using Tensor quarter = pool.call(skip2);
        using Tensor deepest = bottom.call(quarter);
        using (Tensor upper2 = unpool2.call(deepest))
        {
            using Tensor joined2 = cat([skip2, upper2], 1);
            using Tensor y2 = up2.call(joined2);
            using Tensor upper1 = unpool1.call(y2);
            using Tensor joined1 = cat([skip1, upper1], 1);
            using Tensor y1 = up1.call(joined1);
            return last.call(y1).sigmoid().MoveToOuterDisposeScope();
        }
    }

    private sealed partial class Stage : Module<Tensor, Tensor>
    {
        private readonly Conv2d conv1, conv2;
        private readonly BatchNorm2d bn1, bn2;

        public Stage(int inputs, int outputs) : base(nameof(Stage))
        {
            conv1 = Conv2d(inputs, outputs, 3, padding: 1, bias: false);
            bn1 = BatchNorm2d(outputs);
            conv2 = Conv2d(outputs, outputs, 3, padding: 1, bias: false);
            bn2 = BatchNorm2d(outputs);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            using Tensor a = conv1.call(x);
            using Tensor b = bn1.call(a);
            using Tensor c = b.relu();
            using Tensor d = conv2.call(c);
            using Tensor e = bn2.call(d);
            return e.relu();
        }
    }
}
