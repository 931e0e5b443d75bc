using QDrop.CompilerServices;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Tests.Modules;

/// <summary>
/// A convolution of images <c>[N, 3, S, S]</c>, a linear layer of its means over the images, and a function of both,
/// whose value has a quantizer. The twin is as the generator writes it.
/// </summary>
internal sealed class AxisNet : Module<Tensor, Tensor>, IQuantizable
{
    public readonly Conv2d conv;
    public readonly Linear fc;
    private readonly Func<Tensor, Tensor, Tensor> _function;

    /// <param name="channels">Channels of both layers.</param>
    /// <param name="function">The function of the convolution's and the linear layer's output.</param>
    public AxisNet(long channels, Func<Tensor, Tensor, Tensor> function) : base(nameof(AxisNet))
    {
        conv = Conv2d(3, channels, 3, padding: 1);
        fc = Linear(channels, channels);
        _function = function;
        RegisterComponents();
    }

    public static QuantizedModelDescriptor Descriptor { get; } =
        new()
        {
            Name = typeof(AxisNet).FullName!,
            Fingerprint = new string('7', 64),
            CreateModel = static () => throw new NotSupportedException(),
            Settings = new QuantizationSettings
            {
                W = 8,
                A = 8,
                Method = Method.Nearest,
                Samples = 32,
                RangeSamples = 32,
                BatchSize = 32,
                ActivationsPerChannel = true,
            },
        };

    public override Tensor forward(Tensor x)
    {
        Tensor y = conv.call(x);
        return _function(y, fc.call(y.mean([2, 3])));
    }

    IQuantizedModule IQuantizable.CreateQuantized(QuantizationContext context, Feeds output) =>
        new Quantized(this, context, output);

    public sealed class Quantized : QuantizedModule<Tensor, Tensor>
    {
        private readonly AxisNet _model;
        private readonly Chain _conv, _fc, _join;

        internal Quantized(AxisNet model, QuantizationContext context, Feeds output)
            : base(model, context, output, isBlock: false)
        {
            _model = model;
            _conv = Sites.Chain("conv", Feeds.Next, () => [model.conv]);
            _fc = Sites.Chain("fc", Feeds.Join, () => [model.fc]);
            _join = Sites.Join("join", Feeds.Next);
        }

        public override Tensor forward(Tensor x)
        {
            Tensor y = _conv.forward(x);
            return _join.forward(_model._function(y, _fc.forward(Ops.mean(y, [2, 3]))));
        }
    }
}
