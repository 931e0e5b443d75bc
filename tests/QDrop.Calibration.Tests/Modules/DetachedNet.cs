using QDrop.CompilerServices;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Tests.Modules;

/// <summary>
/// A value that reaches a layer by gradient through another layer, and without a gradient past it. The twin is as the
/// generator writes it.
/// </summary>
internal sealed class DetachedNet : Module<Tensor, Tensor>, IQuantizable
{
    public readonly Linear stem = Linear(6, 8), body = Linear(8, 8), head = Linear(8, 3);

    public DetachedNet() : base(nameof(DetachedNet)) => RegisterComponents();

    public static QuantizedModelDescriptor Descriptor { get; } =
        new()
        {
            Name = typeof(DetachedNet).FullName!,
            Fingerprint = new string('a', 64),
            CreateModel = static () => new DetachedNet(),
            Settings = ChoiceNet.Descriptor.Settings,
        };

    public override Tensor forward(Tensor x)
    {
        Tensor y = stem.call(x);
        return head.call(body.call(y) + 3 * y.detach());
    }

    IQuantizedModule IQuantizable.CreateQuantized(QuantizationContext context, Feeds output) =>
        new Quantized(this, context, output);

    public sealed class Quantized : QuantizedModule<Tensor, Tensor>
    {
        private readonly Chain _stem, _body, _sum, _head;

        internal Quantized(DetachedNet model, QuantizationContext context, Feeds output)
            : base(model, context, output, isBlock: false)
        {
            _stem = Sites.Chain("stem", Feeds.Join, () => [model.stem]);
            _body = Sites.Chain("body", Feeds.Join, () => [model.body]);
            _sum = Sites.Join("sum", Feeds.Next);
            _head = Sites.Chain("head", Feeds.Result, () => [model.head]);
        }

        public override Tensor forward(Tensor x)
        {
            Tensor y = _stem.forward(x);
            return _head.forward(_sum.forward(Ops.add(_body.forward(y), 3 * y.detach())));
        }
    }
}
