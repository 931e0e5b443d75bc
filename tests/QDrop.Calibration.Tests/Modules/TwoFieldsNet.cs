using QDrop.CompilerServices;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Tests.Modules;

/// <summary>
/// Token ids <c>[N, T]</c> to scores of tokens: a layer and a norm in two fields each, and a head tied to the
/// embedding. The twin is as the generator writes it.
/// </summary>
internal sealed class TwoFieldsNet : Module<Tensor, Tensor>, IQuantizable
{
    public readonly Embedding tokens = Embedding(20, 8);
    public readonly Linear first = Linear(8, 8), second;
    public readonly LayerNorm norm = LayerNorm(8), last;
    public readonly Linear head = Linear(8, 20, hasBias: false);

    public TwoFieldsNet() : base(nameof(TwoFieldsNet))
    {
        second = first;
        last = norm;
        head.weight = tokens.weight!;
        RegisterComponents();
    }

    public static QuantizedModelDescriptor Descriptor { get; } =
        new()
        {
            Name = typeof(TwoFieldsNet).FullName!,
            Fingerprint = new string('f', 64),
            CreateModel = static () => new TwoFieldsNet(),
            Settings = new QuantizationSettings
            {
                W = 8,
                A = 8,
                Method = Method.Nearest,
                Samples = 16,
                RangeSamples = 16,
            },
        };

    public override Tensor forward(Tensor ids)
    {
        Tensor x = norm.call(first.call(tokens.call(ids)));
        x = last.call(second.call(x));
        return head.call(x);
    }

    IQuantizedModule IQuantizable.CreateQuantized(QuantizationContext context, Feeds output) =>
        new Quantized(this, context, output);

    public sealed class Quantized : QuantizedModule<Tensor, Tensor>
    {
        private readonly Chain _tokens;

        internal Quantized(TwoFieldsNet model, QuantizationContext context, Feeds output)
            : base(model, context, output, isBlock: false) =>
            _tokens = Sites.Chain("tokens", Feeds.Result, () =>
            [
                model.tokens, model.first, model.norm, model.second, model.last, model.head,
            ]);

        public override Tensor forward(Tensor ids) => _tokens.forward(ids);
    }
}
