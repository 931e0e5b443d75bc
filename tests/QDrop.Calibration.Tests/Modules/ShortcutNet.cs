using QDrop.CompilerServices;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Tests.Modules;

/// <summary>
/// A convolution, a module of its value, the sum of both, and another convolution. The twin is as the generator writes
/// it where the module is known while the program runs only.
/// </summary>
internal sealed class ShortcutNet : Module<Tensor, Tensor>, IQuantizable
{
    public readonly Conv2d conv = Conv2d(3, 8, 3, padding: 1), last = Conv2d(8, 4, 3);
    public readonly Module<Tensor, Tensor> inner;

    public ShortcutNet(Module<Tensor, Tensor> inner) : base(nameof(ShortcutNet))
    {
        this.inner = inner;
        RegisterComponents();
    }

    public static QuantizedModelDescriptor Descriptor { get; } =
        new()
        {
            Name = typeof(ShortcutNet).FullName!,
            Fingerprint = new string('8', 64),
            CreateModel = static () => throw new NotSupportedException(),
            Settings = new QuantizationSettings
            {
                W = 8,
                A = 8,
                Iterations = 5,
                Samples = 8,
                RangeSamples = 8,
                BatchSize = 8,
            },
        };

    public override Tensor forward(Tensor x)
    {
        Tensor y = conv.call(x);
        Tensor z = inner.call(y);
        return last.call(z + y);
    }

    IQuantizedModule IQuantizable.CreateQuantized(QuantizationContext context, Feeds output) =>
        new Quantized(this, context, output);

    public sealed class Quantized : QuantizedModule<Tensor, Tensor>
    {
        private readonly Chain _conv, _inner, _add, _last;

        internal Quantized(ShortcutNet model, QuantizationContext context, Feeds output)
            : base(model, context, output, isBlock: false)
        {
            _conv = Sites.Chain("conv", Feeds.Next, () => [model.conv]);
            _inner = Sites.Chain("inner", Feeds.Join, () => [model.inner]);
            _add = Sites.Join("add", Feeds.Next);
            _last = Sites.Chain("last", Feeds.Result, () => [model.last]);
        }

        public override Tensor forward(Tensor x)
        {
            Tensor y = _conv.forward(x);
            Tensor z = _inner.forward(y);
            return _last.forward(_add.forward(Ops.add(z, y)));
        }
    }
}

/// <summary>A module class that begins with an activation function of its own input.</summary>
internal sealed class ActivationFirst : Module<Tensor, Tensor>, IQuantizable
{
    public readonly Module<Tensor, Tensor> act;
    public readonly Conv2d conv = Conv2d(8, 8, 3, padding: 1);
    private readonly bool _isBlock;

    public ActivationFirst(Module<Tensor, Tensor> act, bool isBlock) : base(nameof(ActivationFirst))
    {
        this.act = act;
        _isBlock = isBlock;
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => conv.call(act.call(x));

    IQuantizedModule IQuantizable.CreateQuantized(QuantizationContext context, Feeds output) =>
        new Quantized(this, context, output);

    public sealed class Quantized : QuantizedModule<Tensor, Tensor>
    {
        private readonly Chain _act;

        internal Quantized(ActivationFirst model, QuantizationContext context, Feeds output)
            : base(model, context, output, model._isBlock) =>
            _act = Sites.Chain("act", Feeds.Result, () => [model.act, model.conv]);

        public override Tensor forward(Tensor x) => _act.forward(x);
    }
}
