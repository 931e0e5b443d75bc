using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Zoo.Vision;

/// <summary>Vision transformer (Dosovitskiy et al. 2021), small, its attention written out.</summary>
[Quantize(W = 8, A = 8)]
public sealed partial class VisionTransformer : Module<Tensor, Tensor>
{
    private readonly bool globalPool;
    private readonly Conv2d patch_embed;
    private readonly Parameter cls_token;
    private readonly Parameter pos_embed;
    private readonly ModuleList<Block> blocks;
    private readonly LayerNorm norm;
    private readonly Linear head;

    public VisionTransformer(
        int image = 32,
        int patch = 8,
        int dim = 32,
        int depth = 2,
        int heads = 4,
        int classes = 10,
        bool globalPool = false)
        : base(nameof(VisionTransformer))
    {
        this.globalPool = globalPool;
        int patches = image / patch * (image / patch);
        patch_embed = Conv2d(3, dim, patch, stride: patch);
        cls_token = Parameter(randn(1, 1, dim) * 0.02);
        pos_embed = Parameter(randn(1, patches + 1, dim) * 0.02);
        blocks = new ModuleList<Block>([.. Enumerable.Range(0, depth).Select(_ => new Block(dim, heads))]);
        norm = LayerNorm(dim);
        head = Linear(dim, classes);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        x = patch_embed.call(x).flatten(2).transpose(1, 2);
        Tensor cls = cls_token.expand(x.shape[0], -1, -1);
        x = cat([cls, x], dim: 1);
        x = x + pos_embed;

        foreach (Block block in blocks)
            x = block.call(x);

        x = norm.call(x);
        x = globalPool ? x[.., 1..].mean([1]) : x[.., 0]; // without the class token, or it alone
        return head.call(x);
    }

    private sealed partial class Block : Module<Tensor, Tensor>
    {
        private readonly LayerNorm norm1, norm2;
        private readonly Attention attn;
        private readonly Sequential mlp;

        public Block(int dim, int heads) : base(nameof(Block))
        {
            norm1 = LayerNorm(dim);
            attn = new Attention(dim, heads);
            norm2 = LayerNorm(dim);
            mlp = Sequential(Linear(dim, 4 * dim), GELU(), Linear(4 * dim, dim));
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            x = x + attn.call(norm1.call(x));
            x = x + mlp.call(norm2.call(x));
            return x;
        }
    }

    private sealed partial class Attention : Module<Tensor, Tensor>
    {
        private readonly long num_heads;
        private readonly double scale;
        private readonly Linear qkv;
        private readonly Linear proj;

        public Attention(long dim, long heads) : base(nameof(Attention))
        {
            num_heads = heads;
            scale = Math.Pow(dim / heads, -0.5);
            qkv = Linear(dim, dim * 3);
            proj = Linear(dim, dim);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            (long B, long N, long C) = (x.shape[0], x.shape[1], x.shape[2]);
            Tensor qkv = this.qkv.call(x).reshape(B, N, 3, num_heads, C / num_heads).permute(2, 0, 3, 1, 4);
            (Tensor? q, Tensor? k, Tensor? v) = (qkv[0], qkv[1], qkv[2]);

            Tensor attn = q.matmul(k.transpose(-2, -1)) * scale;
            attn = attn.softmax(-1);

            x = attn.matmul(v).transpose(1, 2).reshape(B, N, C);
            return proj.call(x);
        }
    }
}
