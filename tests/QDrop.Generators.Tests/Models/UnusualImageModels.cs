#nullable disable
using System;
using System.Collections.Generic;
using System.Linq;
using QDrop;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Unusual
{
// Norms of all kinds, one after the other.
[Quantize(W = 8, A = 8)]
public sealed partial class Norms : Module<Tensor, Tensor>
{
    private readonly Conv2d a = Conv2d(3, 8, 3, padding: 1), b = Conv2d(8, 8, 3, padding: 1), c = Conv2d(8, 8, 3, padding: 1);
    private readonly GroupNorm group = GroupNorm(4, 8);
    private readonly InstanceNorm2d instance = InstanceNorm2d(8, affine: true);
    private readonly LocalResponseNorm local = LocalResponseNorm(3);
    private readonly LayerNorm layer = LayerNorm([8, 8, 8]);
    private readonly Linear head = Linear(8, 4);
    public Norms() : base("a") { init.ones_(group.weight); init.zeros_(group.bias); RegisterComponents(); }
    public override Tensor forward(Tensor x)
    {
        x = functional.relu(group.forward(a.forward(x)));
        x = local.forward(functional.relu(instance.forward(b.forward(x))));
        x = functional.gelu(layer.forward(c.forward(x)));
        return head.forward(x.mean([2, 3]));
    }
}
// One backbone for several sizes of an image.
[Quantize(W = 8, A = 8)]
public sealed partial class Pyramid : Module<Tensor, Tensor>
{
    private readonly Conv2d a = Conv2d(3, 8, 3, padding: 1), b = Conv2d(8, 8, 3, padding: 1), merge = Conv2d(24, 4, 1);
    private readonly BatchNorm2d norm = BatchNorm2d(8);
    public Pyramid() : base("a") => RegisterComponents();
    private Tensor Features(Tensor x) => functional.relu(b.forward(functional.relu(norm.forward(a.forward(x)))));
    public override Tensor forward(Tensor x)
    {
        var levels = new List<Tensor>();
        foreach (var size in new long[] { 16, 8, 4 })
            levels.Add(functional.interpolate(Features(functional.adaptive_avg_pool2d(x, size)), [16, 16]));
        return merge.forward(cat(levels, 1)).mean([2, 3]);
    }
}
// One batch norm after two convolutions.
[Quantize(W = 8, A = 8)]
public sealed partial class SharedNorm : Module<Tensor, Tensor>
{
    private readonly Conv2d a = Conv2d(3, 8, 3, padding: 1), b = Conv2d(8, 8, 3, padding: 1), head = Conv2d(8, 4, 1);
    private readonly BatchNorm2d norm = BatchNorm2d(8);
    public SharedNorm() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x)
    {
        x = functional.relu(norm.forward(a.forward(x)));
        x = functional.relu(norm.forward(b.forward(x)));
        return head.forward(x);
    }
}
// Channels that are always 0, and a layer whose weights are.
[Quantize(W = 8, A = 8)]
public sealed partial class Dead : Module<Tensor, Tensor>
{
    private readonly Conv2d a = Conv2d(3, 8, 3, padding: 1), b = Conv2d(8, 8, 3, padding: 1), off = Conv2d(8, 8, 1);
    private readonly Linear head = Linear(8, 4);
    public Dead() : base("a")
    {
        using (no_grad())
        {
            a.bias[..4].fill_(-100);
            off.weight.zero_();
            off.bias.zero_();
        }
        RegisterComponents();
    }
    public override Tensor forward(Tensor x)
    {
        x = functional.relu(a.forward(x));
        x = functional.relu(b.forward(x)) + off.forward(x);
        return head.forward(x.mean([2, 3]));
    }
}
// Pixels from 0 to 255, normalized by the model.
[Quantize(W = 8, A = 8)]
public sealed partial class RawPixels : Module<Tensor, Tensor>
{
    private readonly Conv2d a = Conv2d(3, 8, 3, stride: 2), b = Conv2d(8, 8, 3, groups: 8);
    private readonly Linear head = Linear(8, 4);
    public RawPixels() : base("a")
    {
        register_buffer("mean", tensor(new float[] { 124, 116, 104 }).view(1, 3, 1, 1));
        register_buffer("deviation", tensor(new float[] { 58, 57, 57 }).view(1, 3, 1, 1));
        RegisterComponents();
    }
    public override Tensor forward(Tensor x)
    {
        x = (x - get_buffer("mean")) / get_buffer("deviation");
        x = functional.relu6(b.forward(functional.relu(a.forward(x))));
        return head.forward(functional.adaptive_avg_pool2d(x, 1).flatten(1));
    }
}
// Convolutions over one and three dimensions.
[Quantize(W = 8, A = 8)]
public sealed partial class OtherDimensions : Module<Tensor, Tensor>
{
    private readonly Conv3d volume = Conv3d(1, 4, (1L, 3L, 3L), padding: (0L, 1L, 1L), dilation: (1L, 1L, 1L));
    private readonly BatchNorm3d norm = BatchNorm3d(4);
    private readonly Conv1d line = Conv1d(4, 8, 3, padding: 2, dilation: 2);
    private readonly ConvTranspose1d wide = ConvTranspose1d(8, 6, 4, stride: 2);
    private readonly Linear head = Linear(6, 4);
    public OtherDimensions() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x)
    {
        x = functional.relu(norm.forward(volume.forward(x))).mean([3, 4]);
        x = functional.relu(wide.forward(functional.relu(line.forward(x))));
        return head.forward(x.mean([2]));
    }
}
// An image of twice the size.
[Quantize(W = 8, A = 8)]
public sealed partial class SuperResolution : Module<Tensor, Tensor>
{
    private readonly Conv2d a = Conv2d(1, 8, 5, padding: 2), b = Conv2d(8, 8, 3, padding: 1, padding_mode: PaddingModes.Reflect),
        up = Conv2d(8, 4, 3, padding: 1);
    private readonly PReLU slope = PReLU(8, 0.25);
    public SuperResolution() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x)
    {
        var y = slope.forward(a.forward(x));
        y = y + slope.forward(b.forward(y));
        return functional.pixel_shuffle(up.forward(y), 2) + functional.interpolate(x, scale_factor: [2.0, 2.0]);
    }
}
// Gates by channel, by place, and by both.
[Quantize(W = 8, A = 8, ActivationsPerChannel = true)]
public sealed partial class Gates : Module<Tensor, Tensor>
{
    private readonly Conv2d stem = Conv2d(3, 16, 3, padding: 1), place = Conv2d(16, 1, 1), last = Conv2d(16, 16, 1);
    private readonly Linear squeeze = Linear(16, 4), excite = Linear(4, 16), head = Linear(16, 4);
    public Gates() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x)
    {
        var y = functional.relu(stem.forward(x));
        var s = sigmoid(excite.forward(functional.relu(squeeze.forward(y.mean([2, 3]))))).view(-1, 16, 1, 1);
        y = y * s * sigmoid(place.forward(y));
        return head.forward(functional.relu(last.forward(y)).mean([2, 3]));
    }
}
// Long and short kernels side by side, with strides, dilations and one-sided padding.
[Quantize(W = 8, A = 8)]
public sealed partial class Inception : Module<Tensor, Tensor>
{
    private readonly Conv2d wide = Conv2d(3, 6, (1L, 7L), padding: (0L, 3L), stride: (2L, 2L)),
        high = Conv2d(3, 6, (7L, 1L), padding: (3L, 0L), stride: (2L, 2L)),
        far = Conv2d(3, 6, 3, padding: 4, dilation: 4, stride: 2), point = Conv2d(18, 8, 1);
    private readonly Linear head = Linear(8, 4);
    public Inception() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x)
    {
        var y = functional.relu(cat([wide.forward(x), high.forward(x), far.forward(x)], 1));
        y = functional.pad(y, (1L, 0L, 1L, 0L));
        return head.forward(functional.hardswish(point.forward(y)).amax([2, 3]));
    }
}
// A sequence folded into windows and put together again.
[Quantize(W = 8, A = 8)]
public sealed partial class Windows : Module<Tensor, Tensor>
{
    private readonly Conv2d stem = Conv2d(1, 4, 3, padding: 1);
    private readonly Linear mix = Linear(16, 16), head = Linear(4, 3);
    public Windows() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x)
    {
        x = functional.relu(stem.forward(x));
        long n = x.shape[0], c = x.shape[1];
        var w = x.view(n, c, 2, 4, 2, 4).permute(0, 2, 4, 1, 3, 5).reshape(-1, c, 16);
        w = w + functional.relu(mix.forward(w));
        x = w.view(n, 2, 2, c, 4, 4).permute(0, 3, 1, 4, 2, 5).reshape(n, c, 8, 8);
        return head.forward(x.mean([2, 3]));
    }
}
// Transposed convolutions in groups.
[Quantize(W = 8, A = 8)]
public sealed partial class Upscaled : Module<Tensor, Tensor>
{
    private readonly Conv2d stem = Conv2d(3, 8, 3, padding: 1);
    private readonly ConvTranspose2d up = ConvTranspose2d(8, 12, 2, stride: 2, groups: 4);
    private readonly BatchNorm2d norm = BatchNorm2d(12);
    private readonly Conv2d head = Conv2d(12, 2, 1);
    public Upscaled() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x) =>
        head.forward(functional.relu(norm.forward(up.forward(functional.relu(stem.forward(x))))));
}
// Activation functions that change their argument, in a chain.
[Quantize(W = 8, A = 8)]
public sealed partial class InPlace : Module<Tensor, Tensor>
{
    private readonly Sequential body = Sequential(
        Conv2d(3, 8, 3, padding: 1), ReLU(inplace: true), Conv2d(8, 8, 3, padding: 1), SiLU(inplace: true));
    private readonly Linear head = Linear(8, 4);
    public InPlace() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x) => head.forward(body.forward(x).relu_().mean([2, 3]));
}
}
