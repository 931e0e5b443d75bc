using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

namespace Zoo.Language;

/// <summary>
/// A LLaMA-style decoder (Touvron et al. 2023), small: root mean square norms, rotary positions, SwiGLU, and fewer
/// heads for keys and values than for queries. Tokens <c>[N, length]</c> to logits of the last one.
/// </summary>
[Quantize(W = 4, A = 8)]
public sealed partial class Llama : Module<Tensor, Tensor>
{
    private readonly Embedding tok_embeddings;
    private readonly ModuleList<Layer> layers;
    private readonly RmsNorm norm;
    private readonly Linear output;
    private readonly Tensor freqs_cos, freqs_sin;

    public Llama(int vocabulary = 96, int dim = 32, int depth = 2, int heads = 4, int kvHeads = 2, int length = 32)
        : base(nameof(Llama))
    {
        tok_embeddings = Embedding(vocabulary, dim);
        layers = new ModuleList<Layer>();
        for (int i = 0; i < depth; i++)
            layers.Add(new Layer(dim, heads, kvHeads));
        norm = new RmsNorm(dim);
        output = Linear(dim, vocabulary, hasBias: false);
        int half = dim / heads / 2;
        Tensor frequencies = pow(10000.0, arange(half, dtype: ScalarType.Float32) * (-1.0 / half));
        Tensor angles = outer(arange(length, dtype: ScalarType.Float32), frequencies);
        freqs_cos = angles.cos();
        freqs_sin = angles.sin();
        RegisterComponents();
    }

    public override Tensor forward(Tensor tokens)
    {
        int length = (int)tokens.shape[1];
        Tensor h = tok_embeddings.call(tokens);
        Tensor cos = freqs_cos[..length], sin = freqs_sin[..length];
        Tensor mask = full(length, length, float.NegativeInfinity).triu(1);
        foreach (Layer layer in layers)
            h = layer.call(h, cos, sin, mask);
        h = norm.call(h);
        return output.call(h[.., ^1, ..]);
    }

    private sealed partial class RmsNorm : Module<Tensor, Tensor>
    {
        private readonly Parameter weight;
        private readonly double eps;

        public RmsNorm(int dim, double eps = 1e-6) : base(nameof(RmsNorm))
        {
            this.eps = eps;
            weight = Parameter(ones(dim));
            RegisterComponents();
        }

        public override Tensor forward(Tensor x) => Norm(x.to_type(ScalarType.Float32)) * weight;

        private Tensor Norm(Tensor x) => x * rsqrt(x.pow(2).mean([-1], keepdim: true) + eps);
    }

    private sealed partial class Layer : Module<Tensor, Tensor, Tensor, Tensor, Tensor>
    {
        private readonly int n_heads, n_kv_heads;
        private readonly Linear wq, wk, wv, wo, w1, w2, w3;
        private readonly RmsNorm attention_norm, ffn_norm;

        public Layer(int dim, int heads, int kvHeads) : base(nameof(Layer))
        {
            (n_heads, n_kv_heads) = (heads, kvHeads);
            int head = dim / heads;
            wq = Linear(dim, heads * head, hasBias: false);
            wk = Linear(dim, kvHeads * head, hasBias: false);
            wv = Linear(dim, kvHeads * head, hasBias: false);
            wo = Linear(heads * head, dim, hasBias: false);
            w1 = Linear(dim, 3 * dim, hasBias: false);
            w2 = Linear(3 * dim, dim, hasBias: false);
            w3 = Linear(dim, 3 * dim, hasBias: false);
            attention_norm = new RmsNorm(dim);
            ffn_norm = new RmsNorm(dim);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x, Tensor cos, Tensor sin, Tensor mask)
        {
            Tensor h = x + Attention(attention_norm.call(x), cos, sin, mask);
            Tensor normed = ffn_norm.call(h);
            return h + w2.call(F.silu(w1.call(normed)) * w3.call(normed));
        }

        private Tensor Attention(Tensor x, Tensor cos, Tensor sin, Tensor mask)
        {
            (long n, long length) = (x.shape[0], x.shape[1]);
            Tensor q = Rotate(wq.call(x).view(n, length, n_heads, -1), cos, sin).transpose(1, 2);
            Tensor k = Rotate(wk.call(x).view(n, length, n_kv_heads, -1), cos, sin);
            Tensor v = wv.call(x).view(n, length, n_kv_heads, -1);
            k = RepeatKv(k).transpose(1, 2);
            v = RepeatKv(v).transpose(1, 2);
            Tensor scores = matmul(q, k.transpose(2, 3)) / Math.Sqrt(q.shape[^1]);
            scores = softmax(scores + mask, -1);
            Tensor mixed = matmul(scores, v).transpose(1, 2).contiguous().view(n, length, -1);
            return wo.call(mixed);
        }

        private Tensor RepeatKv(Tensor x)
        {
            long repeats = n_heads / n_kv_heads;
            if (repeats == 1)
                return x;
            (long n, long length, long heads, long width) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3]);
            return x.unsqueeze(3).expand(n, length, heads, repeats, width).reshape(n, length, heads * repeats, width);
        }

        private static Tensor Rotate(Tensor x, Tensor cos, Tensor sin)
        {
            Tensor[] halves = x.chunk(2, -1);
            (Tensor a, Tensor b) = (halves[0], halves[1]);
            cos = cos.unsqueeze(0).unsqueeze(2);
            sin = sin.unsqueeze(0).unsqueeze(2);
            return cat([a * cos - b * sin, a * sin + b * cos], dim: -1);
        }
    }
}
