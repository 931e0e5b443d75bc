using QDrop.CompilerServices;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Tests.Modules;

/// <summary>
/// Linear layers, wide enough that libtorch computes them with several threads, with a twin as the generator writes it.
/// </summary>
internal sealed class WideNet : Module<Tensor, Tensor>, IQuantizable
{
    public readonly Sequential layers = Sequential(
        Linear(64, 256), ReLU(), Linear(256, 256), ReLU(), Linear(256, 128), ReLU(), Linear(128, 64));

    public WideNet() : base(nameof(WideNet)) => RegisterComponents();

    public static QuantizedModelDescriptor Descriptor { get; } =
        new()
        {
            Name = typeof(WideNet).FullName!,
            Fingerprint = new string('d', 64),
            CreateModel = static () => new WideNet(),
            Settings = new QuantizationSettings
            {
                W = 3,
                A = 4,
                Iterations = 40,
                Samples = 512,
                RangeSamples = 512,
                BatchSize = 256,
            },
        };

    public override Tensor forward(Tensor x) => layers.call(x);

    IQuantizedModule IQuantizable.CreateQuantized(QuantizationContext context, Feeds output) =>
        new Quantized(this, context, output);

    public sealed class Quantized : QuantizedModule<Tensor, Tensor>
    {
        private readonly Chain _layers;

        internal Quantized(WideNet model, QuantizationContext context, Feeds output)
            : base(model, context, output, isBlock: false) =>
            _layers = Sites.Chain("layers", Feeds.Result, () => [model.layers]);

        public override Tensor forward(Tensor x) => _layers.forward(x);
    }
}
