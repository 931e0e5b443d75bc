using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Zoo.Vision;

/// <summary>
/// A stage of a Swin transformer (Liu et al. 2021): attention within windows, shifted in every second block, with a
/// bias for each relative position.
/// </summary>
[Quantize(W = 4, A = 8)]
public sealed partial class SwinTransformer : Module<Tensor, Tensor>
{
    private readonly Conv2d patch_embed;
    private readonly LayerNorm patch_norm, norm;
    private readonly ModuleList<Block> blocks;
    private readonly Linear reduction, head;

    public SwinTransformer(int image = 32, int patch = 4, int dim = 32, int heads = 4, int window = 4, int classes = 10)
        : base(nameof(SwinTransformer))
    {
        int size = image / patch;
        patch_embed = Conv2d(3, dim, patch, stride: patch);
        patch_norm = LayerNorm(dim);
        blocks = new ModuleList<Block>(
            [.. Enumerable.Range(0, 2).Select(i => new Block(dim, size, heads, window, i % 2 == 0 ? 0 : window / 2))]);
        reduction = Linear(4 * dim, 2 * dim, hasBias: false);
        norm = LayerNorm(2 * dim);
        head = Linear(2 * dim, classes);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        x = patch_embed.call(x).permute(0, 2, 3, 1);
        x = patch_norm.call(x);
        foreach (Block block in blocks)
            x = block.call(x);
        x = norm.call(reduction.call(Merge(x)));
        return head.call(x.mean([1, 2]));
    }

    /// <summary>Four neighbors side by side: half the height and width, four times the channels.</summary>
    private static Tensor Merge(Tensor x)
    {
        Tensor x0 = x[.., TensorIndex.Slice(0, null, 2), TensorIndex.Slice(0, null, 2), ..];
        Tensor x1 = x[.., TensorIndex.Slice(1, null, 2), TensorIndex.Slice(0, null, 2), ..];
        Tensor x2 = x[.., TensorIndex.Slice(0, null, 2), TensorIndex.Slice(1, null, 2), ..];
        Tensor x3 = x[.., TensorIndex.Slice(1, null, 2), TensorIndex.Slice(1, null, 2), ..];
        return cat([x0, x1, x2, x3], -1);
    }

    private sealed partial class Block : Module<Tensor, Tensor>
    {
        private readonly int window, shift;
        private readonly LayerNorm norm1, norm2;
        private readonly WindowAttention attn;
        private readonly Sequential mlp;
        private readonly Tensor? attn_mask;

        public Block(int dim, int size, int heads, int window, int shift) : base(nameof(Block))
        {
            (this.window, this.shift) = (window, shift);
            norm1 = LayerNorm(dim);
            attn = new WindowAttention(dim, window, heads);
            norm2 = LayerNorm(dim);
            mlp = Sequential(Linear(dim, 4 * dim), GELU(), Linear(4 * dim, dim));
            if (shift > 0)
                attn_mask = Mask(size, window, shift);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            (long n, long h, long w, long c) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3]);
            Tensor shortcut = x;
            x = norm1.call(x);
            if (shift > 0)
                x = roll(x, [-shift, -shift], [1, 2]);
            Tensor windows = Windows(x, window);
            Tensor attended = attn.call(windows, attn_mask!);
            attended = attended.view(n, h / window, w / window, window, window, c);
            x = attended.permute(0, 1, 3, 2, 4, 5).contiguous().view(n, h, w, c);
            if (shift > 0)
                x = x.roll([shift, shift], [1, 2]);
            x = shortcut + x;
            return x + mlp.call(norm2.call(x));
        }

        private static Tensor Windows(Tensor x, int window)
        {
            (long n, long h, long w, long c) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3]);
            x = x.view(n, h / window, window, w / window, window, c);
            return x.permute(0, 1, 3, 2, 4, 5).contiguous().view(-1, window * window, c);
        }

        /// <summary>Hides what was not beside a position before the shift.</summary>
        private static Tensor Mask(int size, int window, int shift)
        {
            Tensor parts = zeros(1, size, size, 1);
            int[] starts = [0, size - window, size - shift], ends = [size - window, size - shift, size];
            for (int i = 0; i < 9; i++)
                parts[.., starts[i / 3]..ends[i / 3], starts[i % 3]..ends[i % 3], ..] = i;
            Tensor windows = Windows(parts, window).squeeze(-1);
            Tensor differs = windows.unsqueeze(1) - windows.unsqueeze(2);
            return zeros_like(differs).masked_fill(differs != 0, -100);
        }
    }

    private sealed partial class WindowAttention : Module<Tensor, Tensor, Tensor>
    {
        private readonly int heads, window;
        private readonly double scale;
        private readonly Parameter relative_position_bias_table;
        private readonly Tensor relative_position_index;
        private readonly Linear qkv, proj;

        public WindowAttention(int dim, int window, int heads) : base(nameof(WindowAttention))
        {
            (this.heads, this.window) = (heads, window);
            scale = Math.Pow(dim / heads, -0.5);
            relative_position_bias_table = Parameter(randn((2 * window - 1) * (2 * window - 1), heads) * 0.02);
            Tensor at = arange(window * window, dtype: ScalarType.Int64);
            Tensor row = at.div(window, RoundingMode.floor), column = at.remainder(window);
            relative_position_index =
                (row.unsqueeze(1) - row.unsqueeze(0) + window - 1) * (2 * window - 1)
                + (column.unsqueeze(1) - column.unsqueeze(0) + window - 1);
            qkv = Linear(dim, 3 * dim);
            proj = Linear(dim, dim);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x, Tensor mask)
        {
            (long b, long n, long c) = (x.shape[0], x.shape[1], x.shape[2]);
            Tensor[] parts = qkv.call(x).reshape(b, n, 3, heads, c / heads).permute(2, 0, 3, 1, 4).unbind(0);
            Tensor q = parts[0] * scale, k = parts[1], v = parts[2];
            Tensor attn = q.matmul(k.transpose(-2, -1));

            Tensor bias = relative_position_bias_table[relative_position_index.view(-1)];
            bias = bias.view(window * window, window * window, -1).permute(2, 0, 1).contiguous();
            attn = attn + bias.unsqueeze(0);
            if (mask is not null)
            {
                long windows = mask.shape[0];
                attn = attn.view(b / windows, windows, heads, n, n) + mask.unsqueeze(1).unsqueeze(0);
                attn = attn.view(-1, heads, n, n);
            }
            attn = functional.softmax(attn, -1);
            return proj.call(attn.matmul(v).transpose(1, 2).reshape(b, n, c));
        }
    }
}
