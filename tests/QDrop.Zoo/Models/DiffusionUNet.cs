using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

namespace Zoo.Vision;

/// <summary>
/// A denoising U-Net as diffusion models have it (Rombach et al. 2022), small: residual blocks that see the time step
/// as sines and cosines, and attention where the image is smallest. Images <c>[N, 3, 16, 16]</c> and times <c>[N]</c>.
/// </summary>
[Quantize(W = 4, A = 8)]
public sealed partial class DiffusionUNet : Module<Tensor, Tensor, Tensor>
{
    private readonly int width;
    private readonly Linear time1, time2;
    private readonly Conv2d conv_in, down, up, conv_out;
    private readonly ResBlock enter, middle1, middle2, leave;
    private readonly SpatialAttention attention;
    private readonly GroupNorm norm_out;

    public DiffusionUNet(int width = 16) : base(nameof(DiffusionUNet))
    {
        this.width = width;
        time1 = Linear(width, 4 * width);
        time2 = Linear(4 * width, 4 * width);
        conv_in = Conv2d(3, width, 3, padding: 1);
        enter = new ResBlock(width, width, 4 * width);
        down = Conv2d(width, width, 3, stride: 2, padding: 1);
        middle1 = new ResBlock(width, 2 * width, 4 * width);
        attention = new SpatialAttention(2 * width);
        middle2 = new ResBlock(2 * width, width, 4 * width);
        up = Conv2d(width, width, 3, padding: 1);
        leave = new ResBlock(2 * width, width, 4 * width);
        norm_out = GroupNorm(4, width);
        conv_out = Conv2d(width, 3, 3, padding: 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x, Tensor t)
    {
        Tensor emb = time2.call(F.silu(time1.call(TimeEmbedding(t, width))));
        Tensor h = conv_in.call(x);
        Tensor skip = enter.call(h, emb);
        h = down.call(skip);
        h = middle1.call(h, emb);
        h = attention.call(h);
        h = middle2.call(h, emb);
        h = up.call(F.interpolate(h, scale_factor: [2, 2], mode: InterpolationMode.Nearest));
        h = leave.call(cat([h, skip], 1), emb);
        return conv_out.call(F.silu(norm_out.call(h)));
    }

    private static Tensor TimeEmbedding(Tensor t, int dim)
    {
        int half = dim / 2;
        Tensor frequencies = exp(-Math.Log(10000) * arange(half, dtype: ScalarType.Float32) / half);
        Tensor arguments = t.unsqueeze(1).to_type(ScalarType.Float32) * frequencies.unsqueeze(0);
        return cat([arguments.cos(), arguments.sin()], dim: -1);
    }

    private sealed partial class ResBlock : Module<Tensor, Tensor, Tensor>
    {
        private readonly GroupNorm norm1, norm2;
        private readonly Conv2d conv1, conv2;
        private readonly Linear emb_proj;
        private readonly Module<Tensor, Tensor> shortcut;

        public ResBlock(int inputs, int outputs, int time) : base(nameof(ResBlock))
        {
            norm1 = GroupNorm(4, inputs);
            conv1 = Conv2d(inputs, outputs, 3, padding: 1);
            emb_proj = Linear(time, outputs);
            norm2 = GroupNorm(4, outputs);
            conv2 = Conv2d(outputs, outputs, 3, padding: 1);
            shortcut = inputs == outputs ? Identity() : Conv2d(inputs, outputs, 1);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x, Tensor emb)
        {
            Tensor h = conv1.call(F.silu(norm1.call(x)));
            h = h + emb_proj.call(F.silu(emb)).unsqueeze(-1).unsqueeze(-1);
            h = conv2.call(F.silu(norm2.call(h)));
            return shortcut.call(x) + h;
        }
    }

    private sealed partial class SpatialAttention : Module<Tensor, Tensor>
    {
        private readonly GroupNorm norm;
        private readonly Conv2d q, k, v, proj_out;

        public SpatialAttention(int channels) : base(nameof(SpatialAttention))
        {
            norm = GroupNorm(4, channels);
            q = Conv2d(channels, channels, 1);
            k = Conv2d(channels, channels, 1);
            v = Conv2d(channels, channels, 1);
            proj_out = Conv2d(channels, channels, 1);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            Tensor h_ = norm.call(x);
            (long b, long c, long h, long w) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3]);
            Tensor query = q.call(h_).reshape(b, c, h * w).permute(0, 2, 1);
            Tensor key = k.call(h_).reshape(b, c, h * w);
            Tensor weights = bmm(query, key) * Math.Pow(c, -0.5);
            weights = F.softmax(weights, 2).permute(0, 2, 1);
            Tensor value = v.call(h_).reshape(b, c, h * w);
            h_ = bmm(value, weights).reshape(b, c, h, w);
            return x + proj_out.call(h_);
        }
    }
}
