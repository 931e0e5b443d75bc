using QDrop.CompilerServices;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Tests.Modules;

/// <summary>
/// Token ids <c>[N, T]</c> through two blocks that both take the mask of the padding. The twin is as the generator
/// writes it.
/// </summary>
internal sealed class TwoLayerSentenceNet : Module<Tensor, Tensor>, IQuantizable
{
    public readonly Embedding tokens = Embedding(20, 8, padding_idx: 0);
    public readonly EncoderLayer first = new(), second = new();
    public readonly Linear head = Linear(8, 4);

    public TwoLayerSentenceNet() : base(nameof(TwoLayerSentenceNet)) => RegisterComponents();

    public static QuantizedModelDescriptor Descriptor { get; } = SentenceNet.Descriptor with
    {
        Name = typeof(TwoLayerSentenceNet).FullName!,
        CreateModel = static () => new TwoLayerSentenceNet(),
    };

    public override Tensor forward(Tensor ids)
    {
        Tensor mask = ids.eq(0), x = tokens.call(ids).transpose(0, 1);
        return head.call(second.call(first.call(x, mask), mask).mean([0L]));
    }

    IQuantizedModule IQuantizable.CreateQuantized(QuantizationContext context, Feeds output) =>
        new Quantized(this, context, output);

    public sealed class Quantized : QuantizedModule<Tensor, Tensor>
    {
        private readonly Chain _tokens, _head;
        private readonly Call<Tensor, Tensor, Tensor> _first, _second;

        internal Quantized(TwoLayerSentenceNet model, QuantizationContext context, Feeds output)
            : base(model, context, output, isBlock: false)
        {
            _tokens = Sites.Chain("tokens", Feeds.Next, () => [model.tokens]);
            _first = Sites.Call("first", Feeds.Next, () => model.first);
            _second = Sites.Call("second", Feeds.Next, () => model.second);
            _head = Sites.Chain("head", Feeds.Result, () => [model.head]);
        }

        public override Tensor forward(Tensor ids)
        {
            Tensor mask = ids.eq(0), x = Ops.transpose(_tokens.forward(ids), 0, 1);
            return _head.forward(Ops.mean(_second.forward(_first.forward(x, mask), mask), [0L]));
        }
    }
}
