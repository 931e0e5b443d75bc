using QDrop.CompilerServices;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Tests.Modules;

/// <summary>
/// Token ids <c>[N, T]</c> to classes: two embeddings, a block with multi-head attention and a feed-forward part, mean
/// over time, head. The twin is as the generator writes it.
/// </summary>
internal sealed class SentenceNet : Module<Tensor, Tensor>, IQuantizable
{
    public readonly Embedding tokens, positions = Embedding(6, 8);
    public readonly EncoderLayer layer = new();
    public readonly Linear head = Linear(8, 4);

    public SentenceNet(double? maxNorm = null) : base(nameof(SentenceNet))
    {
        tokens = Embedding(20, 8, padding_idx: 0, max_norm: maxNorm);
        RegisterComponents();
    }

    public static QuantizedModelDescriptor Descriptor { get; } =
        new()
        {
            Name = typeof(SentenceNet).FullName!,
            Fingerprint = new string('e', 64),
            CreateModel = static () => new SentenceNet(),
            Settings = new QuantizationSettings
            {
                W = 4,
                A = 4,
                Iterations = 20,
                Samples = 66,
                RangeSamples = 32,
                BatchSize = 8,
            },
        };

    public override Tensor forward(Tensor ids)
    {
        Tensor mask = ids.eq(0);
        Tensor x = tokens.call(ids) + positions.call(arange(ids.shape[1]));
        x = layer.call(x.transpose(0, 1), mask).transpose(0, 1);
        return head.call(x.mean([1L]));
    }

    IQuantizedModule IQuantizable.CreateQuantized(QuantizationContext context, Feeds output) =>
        new Quantized(this, context, output);

    public sealed class Quantized : QuantizedModule<Tensor, Tensor>
    {
        private readonly Chain _tokens, _positions, _add, _head;
        private readonly Call<Tensor, Tensor, Tensor> _layer;

        internal Quantized(SentenceNet model, QuantizationContext context, Feeds output)
            : base(model, context, output, isBlock: false)
        {
            _tokens = Sites.Chain("tokens", Feeds.Join, () => [model.tokens]);
            _positions = Sites.Chain("positions", Feeds.Join, () => [model.positions]);
            _add = Sites.Join("add", Feeds.Next);
            _layer = Sites.Call("layer", Feeds.Next, () => model.layer);
            _head = Sites.Chain("head", Feeds.Result, () => [model.head]);
        }

        public override Tensor forward(Tensor ids)
        {
            Tensor mask = ids.eq(0);
            Tensor x = _add.forward(Ops.add(_tokens.forward(ids), _positions.forward(arange(ids.shape[1]))));
            x = Ops.transpose(_layer.forward(Ops.transpose(x, 0, 1), mask), 0, 1);
            return _head.forward(Ops.mean(x, [1L]));
        }
    }
}

/// <summary>Attention and a feed-forward part, each added to its input and normalised; sequences come first.</summary>
internal sealed class EncoderLayer : Module<Tensor, Tensor, Tensor>, IQuantizable
{
    public readonly MultiheadAttention attention = MultiheadAttention(8, 2);
    public readonly LayerNorm norm1 = LayerNorm(8), norm2 = LayerNorm(8);
    public readonly Linear up = Linear(8, 16), down = Linear(16, 8);

    public EncoderLayer() : base(nameof(EncoderLayer)) => RegisterComponents();

    public override Tensor forward(Tensor x, Tensor mask)
    {
        x = norm1.call(x + attention.call(x, x, x, mask, false).Item1);
        return norm2.call(x + down.call(functional.gelu(up.call(x))));
    }

    IQuantizedModule IQuantizable.CreateQuantized(QuantizationContext context, Feeds output) =>
        new Quantized(this, context, output);

    public sealed class Quantized : QuantizedModule<Tensor, Tensor, Tensor>
    {
        private readonly Call<Tensor, Tensor, Tensor, Tensor?, bool, Tensor?, Tuple<Tensor, Tensor>> _attention;
        private readonly Chain _add, _up, _down, _add2;

        internal Quantized(EncoderLayer model, QuantizationContext context, Feeds output)
            : base(model, context, output, isBlock: true)
        {
            _attention = Sites.Call("attention", Feeds.Join, () => model.attention);
            _add = Sites.Join("add", Feeds.Next, () => [model.norm1]);
            _up = Sites.Chain("up", Feeds.Next, () => [model.up, Step.Activation("gelu", static x => Ops.gelu(x))]);
            _down = Sites.Chain("down", Feeds.Join, () => [model.down]);
            _add2 = Sites.Join("add2", Feeds.Result, () => [model.norm2]);
        }

        public override Tensor forward(Tensor x, Tensor mask)
        {
            x = _add.forward(Ops.add(x, _attention.forward(x, x, x, mask, false, null).Item1));
            return _add2.forward(Ops.add(x, _down.forward(_up.forward(x))));
        }
    }
}
