using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Zoo.Vision;

/// <summary>
/// A TinyViT-style network (Wu et al. 2022): inverted residual convolutions, then attention with a bias for each
/// offset, and a depthwise convolution between attention and perceptron.
/// </summary>
[Quantize(W = 4, A = 8)]
public sealed partial class TinyVit : Module<Tensor, Tensor>
{
    private readonly ConvNorm stem1, stem2;
    private readonly MbConv conv;
    private readonly ConvNorm merge;
    private readonly Block block;
    private readonly LayerNorm norm_head;
    private readonly Linear head;

    public TinyVit(int dim = 32, int classes = 10) : base(nameof(TinyVit))
    {
        stem1 = new ConvNorm(3, dim / 2, 3, 2);
        stem2 = new ConvNorm(dim / 2, dim / 2, 3, 2);
        conv = new MbConv(dim / 2);
        merge = new ConvNorm(dim / 2, dim, 3, 2);
        block = new Block(dim, 4, 4);
        norm_head = LayerNorm(dim);
        head = Linear(dim, classes);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        x = functional.gelu(stem1.call(x));
        x = stem2.call(x);
        x = conv.call(x);
        x = merge.call(x).flatten(2).transpose(1, 2);
        x = block.call(x);
        return head.call(norm_head.call(x.mean([1])));
    }

    private sealed partial class ConvNorm : Module<Tensor, Tensor>
    {
        private readonly Conv2d c;
        private readonly BatchNorm2d bn;

        public ConvNorm(int inputs, int outputs, int kernel = 1, int stride = 1, int groups = 1) : base(nameof(ConvNorm))
        {
            c = Conv2d(inputs, outputs, kernel, stride, kernel / 2, groups: groups, bias: false);
            bn = BatchNorm2d(outputs);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x) => bn.call(c.call(x));
    }

    private sealed partial class MbConv : Module<Tensor, Tensor>
    {
        private readonly ConvNorm conv1, conv2, conv3;
        private readonly DropPath drop_path;

        public MbConv(int channels) : base(nameof(MbConv))
        {
            conv1 = new ConvNorm(channels, 4 * channels);
            conv2 = new ConvNorm(4 * channels, 4 * channels, 3, groups: 4 * channels);
            conv3 = new ConvNorm(4 * channels, channels);
            drop_path = new DropPath(0.1);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            Tensor shortcut = x;
            x = functional.gelu(conv1.call(x));
            x = functional.gelu(conv2.call(x));
            x = drop_path.call(conv3.call(x));
            x += shortcut;
            return functional.gelu(x);
        }
    }

    /// <summary>Leaves a branch out now and then, in training.</summary>
    private sealed partial class DropPath : Module<Tensor, Tensor>
    {
        private readonly double drop_prob;

        public DropPath(double drop_prob) : base(nameof(DropPath)) => this.drop_prob = drop_prob;

        public override Tensor forward(Tensor x)
        {
            if (drop_prob == 0 || !training)
                return x;
            double keep = 1 - drop_prob;
            Tensor random = (keep + rand(x.shape[0], 1, 1, 1)).floor();
            return x.div(keep) * random;
        }
    }

    private sealed partial class Block : Module<Tensor, Tensor>
    {
        private readonly int size;
        private readonly LayerNorm norm;
        private readonly Attention attn;
        private readonly ConvNorm local_conv;
        private readonly Sequential mlp;

        public Block(int dim, int heads, int size) : base(nameof(Block))
        {
            this.size = size;
            norm = LayerNorm(dim);
            attn = new Attention(dim, heads, size);
            local_conv = new ConvNorm(dim, dim, 3, groups: dim);
            mlp = Sequential(LayerNorm(dim), Linear(dim, 4 * dim), GELU(), Linear(4 * dim, dim));
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            (long b, long l, long c) = (x.shape[0], x.shape[1], x.shape[2]);
            x = x + attn.call(norm.call(x));
            x = x.transpose(1, 2).reshape(b, c, size, size);
            x = local_conv.call(x);
            x = x.view(b, c, l).transpose(1, 2);
            return x + mlp.call(x);
        }
    }

    private sealed partial class Attention : Module<Tensor, Tensor>
    {
        private readonly int heads;
        private readonly double scale;
        private readonly Linear qkv, proj;
        private readonly Parameter attention_biases;

        public Attention(int dim, int heads, int size) : base(nameof(Attention))
        {
            this.heads = heads;
            scale = Math.Pow(dim / heads, -0.5);
            qkv = Linear(dim, 3 * dim);
            proj = Linear(dim, dim);
            attention_biases = Parameter(randn(heads, size * size) * 0.02);
            Tensor at = arange(size, dtype: ScalarType.Int64);
            Tensor offset = (at.unsqueeze(1) - at.unsqueeze(0)).abs();
            Tensor indices = offset.view(size, 1, size, 1) * size + offset.view(1, size, 1, size);
            register_buffer("attention_bias_idxs", indices.reshape(size * size, size * size), persistent: false);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            (long b, long n) = (x.shape[0], x.shape[1]);
            Tensor[] parts = qkv.call(x).view(b, n, heads, -1).chunk(3, dim: 3);
            Tensor q = parts[0].permute(0, 2, 1, 3), k = parts[1].permute(0, 2, 1, 3), v = parts[2].permute(0, 2, 1, 3);
            Tensor bias = attention_biases[.., TensorIndex.Tensor(get_buffer("attention_bias_idxs")!)];
            Tensor attn = q.matmul(k.transpose(-2, -1)) * scale + bias;
            attn = attn.softmax(-1);
            return proj.call(attn.matmul(v).transpose(1, 2).reshape(b, n, -1));
        }
    }
}
