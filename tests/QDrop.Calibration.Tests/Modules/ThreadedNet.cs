using QDrop.CompilerServices;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Tests.Modules;

/// <summary>
/// A layer whose output depends on the number of threads, on any processor, and one whose output does not. The twin is
/// as the generator writes it.
/// </summary>
internal sealed class ThreadedNet : Module<Tensor, Tensor>, IQuantizable
{
    public readonly Linear threaded = Linear(4, 4), head = Linear(4, 3);

    public ThreadedNet() : base(nameof(ThreadedNet)) => RegisterComponents();

    public static QuantizedModelDescriptor Descriptor { get; } =
        new()
        {
            Name = typeof(ThreadedNet).FullName!,
            Fingerprint = new string('e', 64),
            CreateModel = static () => new ThreadedNet(),
            Settings = new QuantizationSettings
            {
                Iterations = 4,
                Samples = 32,
                RangeSamples = 32,
                BatchSize = 8,
            },
        };

    public override Tensor forward(Tensor x) => head.call(functional.relu(Threaded(threaded.call(x))));

    IQuantizedModule IQuantizable.CreateQuantized(QuantizationContext context, Feeds output) =>
        new Quantized(this, context, output);

    private static Tensor Threaded(Tensor x) => x * (1 + get_num_threads() * 1e-3);

    public sealed class Quantized : QuantizedModule<Tensor, Tensor>
    {
        private readonly Chain _chain;

        internal Quantized(ThreadedNet model, QuantizationContext context, Feeds output)
            : base(model, context, output, isBlock: false)
        {
            _chain = Sites.Chain("threaded", Feeds.Result, () =>
            [
                model.threaded,
                Step.PassThrough("mul", Threaded),
                Step.Activation("relu", static x => Ops.relu(x)),
                model.head,
            ]);
        }

        public override Tensor forward(Tensor x) => _chain.forward(x);
    }
}
