using QDrop.CompilerServices;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Tests.Modules;

/// <summary>
/// Features of sound <c>[N, T, 6]</c> to classes: a linear layer, an LSTM of two layers in both directions, a GRU from
/// its states, head. The twin is as the generator writes it.
/// </summary>
internal sealed class SpeechNet : Module<Tensor, Tensor>, IQuantizable
{
    public readonly Linear stem = Linear(6, 8), head = Linear(8, 4);
    public readonly LSTM lstm = LSTM(8, 4, numLayers: 2, batchFirst: true, bidirectional: true);
    public readonly GRU gru = GRU(8, 8, batchFirst: true);

    public SpeechNet() : base(nameof(SpeechNet)) => RegisterComponents();

    public static QuantizedModelDescriptor Descriptor { get; } =
        new()
        {
            Name = typeof(SpeechNet).FullName!,
            Fingerprint = new string('a', 64),
            CreateModel = static () => new SpeechNet(),
            Settings = new QuantizationSettings
            {
                W = 4,
                A = 4,
                Iterations = 20,
                Samples = 64,
                RangeSamples = 32,
                BatchSize = 8,
            },
        };

    public override Tensor forward(Tensor x)
    {
        (Tensor y, _, _) = lstm.call(functional.relu(stem.call(x)));
        return head.call(gru.call(y).Item2[-1]);
    }

    IQuantizedModule IQuantizable.CreateQuantized(QuantizationContext context, Feeds output) =>
        new Quantized(this, context, output);

    public sealed class Quantized : QuantizedModule<Tensor, Tensor>
    {
        private readonly Chain _stem, _head;
        private readonly Call<Tensor, (Tensor, Tensor)?, (Tensor, Tensor, Tensor)> _lstm;
        private readonly Call<Tensor, Tensor, (Tensor, Tensor)> _gru;

        internal Quantized(SpeechNet model, QuantizationContext context, Feeds output)
            : base(model, context, output, isBlock: false)
        {
            _stem = Sites.Chain("stem", Feeds.Next, () => [model.stem, Step.Activation("relu", static x => Ops.relu(x))]);
            _lstm = Sites.Call("lstm", Feeds.Next, () => model.lstm);
            _gru = Sites.Call("gru", Feeds.Next, () => model.gru);
            _head = Sites.Chain("head", Feeds.Result, () => [model.head]);
        }

        public override Tensor forward(Tensor x)
        {
            (Tensor y, _, _) = _lstm.forward(_stem.forward(x), null);
            return _head.forward(Ops.select(_gru.forward(y, null!).Item2, 0, -1));
        }
    }
}
