using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

namespace Zoo.Language;

/// <summary>
/// A small GPT (Radford et al. 2019): tokens <c>[N, length]</c> to logits <c>[N, length, vocabulary]</c>. The causal
/// mask is a buffer, cut to the sentence.
/// </summary>
[Quantize(W = 4, A = 8)]
public sealed partial class NanoGpt : Module<Tensor, Tensor>
{
    private readonly Embedding wte, wpe;
    private readonly Dropout drop;
    private readonly ModuleList<Block> h;
    private readonly LayerNorm ln_f;
    private readonly Linear lm_head;

    public NanoGpt(int vocabulary = 96, int blockSize = 32, int layers = 2, int heads = 4, int width = 32)
        : base(nameof(NanoGpt))
    {
        wte = Embedding(vocabulary, width);
        wpe = Embedding(blockSize, width);
        drop = Dropout(0.1);
        h = new ModuleList<Block>();
        for (int i = 0; i < layers; i++)
            h.Add(new Block(width, heads, blockSize));
        ln_f = LayerNorm(width);
        lm_head = Linear(width, vocabulary, hasBias: false);
        RegisterComponents();
    }

    public override Tensor forward(Tensor idx)
    {
        long length = idx.size(1);
        using Tensor pos = arange(0, length, dtype: ScalarType.Int64, device: idx.device);
        Tensor x = drop.call(wte.call(idx) + wpe.call(pos));
        foreach (Block block in h)
            x = block.call(x);
        return lm_head.call(ln_f.call(x));
    }

    private sealed partial class Block : Module<Tensor, Tensor>
    {
        private readonly LayerNorm ln_1, ln_2;
        private readonly CausalSelfAttention attn;
        private readonly Linear c_fc, c_proj;

        public Block(int width, int heads, int blockSize) : base(nameof(Block))
        {
            ln_1 = LayerNorm(width);
            attn = new CausalSelfAttention(width, heads, blockSize);
            ln_2 = LayerNorm(width);
            c_fc = Linear(width, 4 * width);
            c_proj = Linear(4 * width, width);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            x = x + attn.call(ln_1.call(x));
            return x + Mlp(ln_2.call(x));
        }

        private Tensor Mlp(Tensor x) => c_proj.call(F.gelu(c_fc.call(x)));
    }

    private sealed partial class CausalSelfAttention : Module<Tensor, Tensor>
    {
        private readonly int n_head;
        private readonly Linear c_attn, c_proj;

        public CausalSelfAttention(int width, int heads, int blockSize) : base(nameof(CausalSelfAttention))
        {
            n_head = heads;
            c_attn = Linear(width, 3 * width);
            c_proj = Linear(width, width);
            register_buffer("bias", tril(ones(blockSize, blockSize)).view(1, 1, blockSize, blockSize));
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            (long b, long t, long c) = (x.size(0), x.size(1), x.size(2));
            Tensor[] qkv = c_attn.call(x).split(c, dim: 2);
            Tensor q = Heads(qkv[0]), k = Heads(qkv[1]), v = Heads(qkv[2]);

            Tensor att = q.matmul(k.transpose(-2, -1)) * (1.0 / Math.Sqrt(k.size(-1)));
            att = att.masked_fill(get_buffer("bias")![.., .., ..(int)t, ..(int)t] == 0, double.NegativeInfinity);
            att = F.softmax(att, -1);
            Tensor y = att.matmul(v).transpose(1, 2).contiguous().view(b, t, c);
            return c_proj.call(y);

            Tensor Heads(Tensor part) => part.view(b, t, n_head, c / n_head).transpose(1, 2);
        }
    }
}
