using QDrop.CompilerServices;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Tests.Modules;

/// <summary>
/// Sequences <c>[N, T, 4]</c> of which only the beginning goes on where a value of the batch is above 5. The twin is as
/// the generator writes it.
/// </summary>
internal sealed class RaggedNet : Module<Tensor, Tensor>, IQuantizable
{
    public readonly Linear first = Linear(4, 6), head = Linear(6, 3);

    public RaggedNet() : base(nameof(RaggedNet)) => RegisterComponents();

    public static QuantizedModelDescriptor Descriptor { get; } =
        new()
        {
            Name = typeof(RaggedNet).FullName!,
            Fingerprint = new string('a', 64),
            CreateModel = static () => new RaggedNet(),
            Settings = new QuantizationSettings
            {
                W = 4,
                A = 4,
                Iterations = 5,
                Samples = 130,
                RangeSamples = 32,
                BatchSize = 8,
            },
        };

    public override Tensor forward(Tensor x)
    {
        Tensor y = first.call(x);
        return head.call(x.max().item<float>() > 5 ? y.narrow(1, 0, 2) : y);
    }

    IQuantizedModule IQuantizable.CreateQuantized(QuantizationContext context, Feeds output) =>
        new Quantized(this, context, output);

    public sealed class Quantized : QuantizedModule<Tensor, Tensor>
    {
        private readonly Chain _first, _head;

        internal Quantized(RaggedNet model, QuantizationContext context, Feeds output)
            : base(model, context, output, isBlock: false)
        {
            _first = Sites.Chain("first", Feeds.Next, () => [model.first]);
            _head = Sites.Chain("head", Feeds.Result, () => [model.head]);
        }

        public override Tensor forward(Tensor x)
        {
            Tensor y = _first.forward(x);
            return _head.forward(x.max().item<float>() > 5 ? y.narrow(1, 0, 2) : y);
        }
    }
}
