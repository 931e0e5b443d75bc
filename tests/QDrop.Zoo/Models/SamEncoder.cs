using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

namespace Zoo.Vision;

/// <summary>
/// The image encoder of Segment Anything (Kirillov et al. 2023), small: attention within padded windows or over the
/// whole image, with positions relative in height and in width, and a neck of convolutions with norms over channels.
/// </summary>
[Quantize(W = 4, A = 8)]
public sealed partial class SamEncoder : Module<Tensor, Tensor>
{
    private readonly Conv2d patch_embed;
    private readonly Parameter pos_embed;
    private readonly ModuleList<Block> blocks;
    private readonly Conv2d neck1, neck2;
    private readonly LayerNorm2d neck_norm1, neck_norm2;

    public SamEncoder(int image = 32, int patch = 4, int dim = 32, int heads = 4) : base(nameof(SamEncoder))
    {
        int size = image / patch;
        patch_embed = Conv2d(3, dim, patch, stride: patch);
        pos_embed = Parameter(randn(1, size, size, dim) * 0.02);
        blocks = new ModuleList<Block>(new Block(dim, heads, 3, size), new Block(dim, heads, 0, size));
        neck1 = Conv2d(dim, 16, 1, bias: false);
        neck_norm1 = new LayerNorm2d(16);
        neck2 = Conv2d(16, 16, 3, padding: 1, bias: false);
        neck_norm2 = new LayerNorm2d(16);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        x = patch_embed.call(x).permute(0, 2, 3, 1);
        if (pos_embed is not null)
            x = x + pos_embed;
        foreach (Block block in blocks)
            x = block.call(x);
        x = x.permute(0, 3, 1, 2);
        x = neck_norm1.call(neck1.call(x));
        return neck_norm2.call(neck2.call(x));
    }

    private sealed partial class LayerNorm2d : Module<Tensor, Tensor>
    {
        private readonly Parameter weight, bias;

        public LayerNorm2d(int channels) : base(nameof(LayerNorm2d))
        {
            weight = Parameter(ones(channels));
            bias = Parameter(zeros(channels));
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            Tensor u = x.mean([1], keepdim: true);
            Tensor s = (x - u).pow(2).mean([1], keepdim: true);
            x = (x - u) / sqrt(s + 1e-6);
            return weight.unsqueeze(1).unsqueeze(2) * x + bias.unsqueeze(1).unsqueeze(2);
        }
    }

    private sealed partial class Block : Module<Tensor, Tensor>
    {
        private readonly int window;
        private readonly LayerNorm norm1, norm2;
        private readonly Attention attn;
        private readonly Linear lin1, lin2;

        public Block(int dim, int heads, int window, int size) : base(nameof(Block))
        {
            this.window = window;
            norm1 = LayerNorm(dim);
            attn = new Attention(dim, heads, window > 0 ? window : size);
            norm2 = LayerNorm(dim);
            lin1 = Linear(dim, 4 * dim);
            lin2 = Linear(4 * dim, dim);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            Tensor shortcut = x;
            x = norm1.call(x);
            (long h, long w) = (x.shape[1], x.shape[2]);
            if (window > 0)
            {
                (Tensor windows, (long Height, long Width) padded) = Partition(x, window);
                x = Unpartition(attn.call(windows), window, padded, (h, w));
            }
            else
            {
                x = attn.call(x);
            }
            x = shortcut + x;
            return x + lin2.call(F.gelu(lin1.call(norm2.call(x))));
        }

        private static (Tensor Windows, (long Height, long Width) Padded) Partition(Tensor x, int window)
        {
            (long b, long h, long w, long c) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3]);
            long bottom = (window - h % window) % window, right = (window - w % window) % window;
            if (bottom > 0 || right > 0)
                x = F.pad(x, [0, 0, 0, right, 0, bottom]);
            (long hp, long wp) = (h + bottom, w + right);
            x = x.view(b, hp / window, window, wp / window, window, c);
            return (x.permute(0, 1, 3, 2, 4, 5).contiguous().view(-1, window, window, c), (hp, wp));
        }

        private static Tensor Unpartition(Tensor windows, int window, (long H, long W) padded, (long H, long W) size)
        {
            long b = windows.shape[0] / (padded.H * padded.W / window / window);
            Tensor x = windows.view(b, padded.H / window, padded.W / window, window, window, -1);
            x = x.permute(0, 1, 3, 2, 4, 5).contiguous().view(b, padded.H, padded.W, -1);
            return padded == size ? x : x[.., ..(int)size.H, ..(int)size.W, ..].contiguous();
        }
    }

    private sealed partial class Attention : Module<Tensor, Tensor>
    {
        private readonly int heads, size;
        private readonly double scale;
        private readonly Linear qkv, proj;
        private readonly Parameter rel_pos_h, rel_pos_w;
        private readonly Tensor distances;

        public Attention(int dim, int heads, int size) : base(nameof(Attention))
        {
            (this.heads, this.size) = (heads, size);
            scale = Math.Pow(dim / heads, -0.5);
            qkv = Linear(dim, 3 * dim);
            proj = Linear(dim, dim);
            rel_pos_h = Parameter(randn(2 * size - 1, dim / heads) * 0.02);
            rel_pos_w = Parameter(randn(2 * size - 1, dim / heads) * 0.02);
            Tensor at = arange(size, dtype: ScalarType.Int64);
            distances = at.unsqueeze(1) - at.unsqueeze(0) + size - 1;
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            (long b, long n) = (x.shape[0], size * size);
            Tensor all = qkv.call(x).reshape(b, n, 3, heads, -1).permute(2, 0, 3, 1, 4);
            Tensor[] parts = all.reshape(3, b * heads, n, -1).unbind(0);
            (Tensor q, Tensor k, Tensor v) = (parts[0], parts[1], parts[2]);
            Tensor attn = (q * scale).matmul(k.transpose(-2, -1));
            attn = (attn.view(-1, size, size, size, size) + Rows(q) + Columns(q)).view(-1, n, n);
            attn = attn.softmax(-1);
            x = attn.matmul(v).view(b, heads, size, size, -1).permute(0, 2, 3, 1, 4).reshape(b, size, size, -1);
            return proj.call(x);
        }

        // The tables are few numbers; the product with them is a sum of products.
        private Tensor Rows(Tensor q)
        {
            Tensor table = rel_pos_h[distances.view(-1)].view(1, size, 1, size, -1);
            return (q.reshape(-1, size, size, 1, q.shape[^1]) * table).sum(-1).unsqueeze(-1);
        }

        private Tensor Columns(Tensor q)
        {
            Tensor table = rel_pos_w[distances.view(-1)].view(1, 1, size, size, -1);
            return (q.reshape(-1, size, size, 1, q.shape[^1]) * table).sum(-1).unsqueeze(-2);
        }
    }
}
