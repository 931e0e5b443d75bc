using QDrop.CompilerServices;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Tests.Modules;

/// <summary>
/// What gradients do not tell: an embedding looks up the index of the greatest of a layer's outputs, and another
/// layer's outputs are only asked for their sign. The twin is as the generator writes it.
/// </summary>
internal sealed class ChoiceNet : Module<Tensor, Tensor>, IQuantizable
{
    public readonly Linear scores = Linear(6, 5), gate = Linear(6, 8), head = Linear(8, 3);
    public readonly Embedding table = Embedding(5, 8);

    public ChoiceNet() : base(nameof(ChoiceNet)) => RegisterComponents();

    public static QuantizedModelDescriptor Descriptor { get; } =
        new()
        {
            Name = typeof(ChoiceNet).FullName!,
            Fingerprint = new string('f', 64),
            CreateModel = static () => new ChoiceNet(),
            Settings = new QuantizationSettings
            {
                W = 8,
                A = 8,
                Iterations = 5,
                Samples = 66,
                RangeSamples = 32,
                BatchSize = 8,
            },
        };

    public override Tensor forward(Tensor x)
    {
        Tensor chosen = table.call(scores.call(x).argmax(1));
        return head.call(chosen * gate.call(x).gt(0).to_type(ScalarType.Float32));
    }

    IQuantizedModule IQuantizable.CreateQuantized(QuantizationContext context, Feeds output) =>
        new Quantized(this, context, output);

    public sealed class Quantized : QuantizedModule<Tensor, Tensor>
    {
        private readonly Chain _scores, _table, _gate, _product, _head;

        internal Quantized(ChoiceNet model, QuantizationContext context, Feeds output)
            : base(model, context, output, isBlock: false)
        {
            _scores = Sites.Chain("scores", Feeds.Join, () => [model.scores]);
            _table = Sites.Chain("table", Feeds.Join, () => [model.table]);
            _gate = Sites.Chain("gate", Feeds.Join, () => [model.gate]);
            _product = Sites.Join("product", Feeds.Next);
            _head = Sites.Chain("head", Feeds.Result, () => [model.head]);
        }

        public override Tensor forward(Tensor x)
        {
            Tensor chosen = _table.forward(_scores.forward(x).argmax(1));
            return _head.forward(_product.forward(chosen * _gate.forward(x).gt(0).to_type(ScalarType.Float32)));
        }
    }
}
