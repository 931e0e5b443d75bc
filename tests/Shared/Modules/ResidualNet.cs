using QDrop.CompilerServices;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Tests.Modules;

/// <summary>
/// A small residual network with a twin as the generator writes it: stem, two blocks (the second halves the image),
/// pooling, head.
/// </summary>
internal sealed class ResidualNet : Module<Tensor, Tensor>, IQuantizable
{
    public readonly Conv2d conv1 = Conv2d(3, 8, 3, padding: 1, bias: false);
    public readonly BatchNorm2d bn1 = BatchNorm2d(8);
    public readonly Sequential layers;
    public readonly AdaptiveAvgPool2d pool = AdaptiveAvgPool2d(1);
    public readonly Linear linear = Linear(16, 10);

    public ResidualNet() : base(nameof(ResidualNet))
    {
        layers = Sequential(new ResidualBlock(8, 8, 1), new ResidualBlock(8, 16, 2));
        RegisterComponents();
        foreach (BatchNorm2d norm in modules().OfType<BatchNorm2d>())
        {
            // Statistics as training would leave them, so that folding has something to fold.
            init.uniform_(norm.running_mean!, -0.5, 0.5);
            init.uniform_(norm.running_var!, 0.5, 2);
            init.uniform_(norm.weight!, 0.5, 1.5);
            init.uniform_(norm.bias!, -0.2, 0.2);
        }
    }

    public static QuantizedModelDescriptor Descriptor { get; } =
        new()
        {
            Name = typeof(ResidualNet).FullName!,
            Fingerprint = new string('a', 64),
            CreateModel = static () => new ResidualNet(),
            Settings = new QuantizationSettings
            {
                W = 4,
                A = 4,
                Iterations = 20,
                Samples = 48,
                RangeSamples = 32,
                BatchSize = 8,
            },
        };

    public override Tensor forward(Tensor x)
    {
        x = functional.relu(bn1.call(conv1.call(x)));
        x = layers.call(x);
        return linear.call(pool.call(x).flatten(1));
    }

    IQuantizedModule IQuantizable.CreateQuantized(QuantizationContext context, Feeds output) =>
        new Quantized(this, context, output);

    public sealed class Quantized : QuantizedModule<Tensor, Tensor>
    {
        private readonly Chain _conv1;

        internal Quantized(ResidualNet model, QuantizationContext context, Feeds output)
            : base(model, context, output, isBlock: false)
        {
            // The whole model is one chain: its last layer is there before the blocks in it have made theirs.
            _conv1 = Sites.Chain("conv1", Feeds.Result, () =>
            [
                model.conv1,
                model.bn1,
                Step.Activation("relu", static x => Ops.relu(x)),
                model.layers,
                model.pool,
                Step.PassThrough("flatten", static x => Ops.flatten(x, 1)),
                model.linear,
            ]);
        }

        public override Tensor forward(Tensor x) => _conv1.forward(x);
    }
}

/// <summary>
/// A block with an option-A shortcut (arXiv 1512.03385): every second pixel, zeros for the channels that are new.
/// </summary>
internal sealed class ResidualBlock : Module<Tensor, Tensor>, IQuantizable
{
    public readonly Conv2d conv1, conv2;
    public readonly BatchNorm2d bn1, bn2;
    private readonly long _grow;

    public ResidualBlock(long inputs, long outputs, long stride) : base(nameof(ResidualBlock))
    {
        conv1 = Conv2d(inputs, outputs, 3, stride, padding: 1, bias: false);
        bn1 = BatchNorm2d(outputs);
        conv2 = Conv2d(outputs, outputs, 3, padding: 1, bias: false);
        bn2 = BatchNorm2d(outputs);
        _grow = (outputs - inputs) / 2;
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        Tensor y = functional.relu(bn1.call(conv1.call(x)));
        y = bn2.call(conv2.call(y));
        if (_grow > 0)
            x = functional.pad(x.slice(2, 0, x.shape[2], 2).slice(3, 0, x.shape[3], 2), [0, 0, 0, 0, _grow, _grow]);
        return functional.relu(y + x);
    }

    IQuantizedModule IQuantizable.CreateQuantized(QuantizationContext context, Feeds output) =>
        new Quantized(this, context, output);

    public sealed class Quantized : QuantizedModule<Tensor, Tensor>
    {
        private readonly ResidualBlock _model;
        private readonly Chain _conv1, _conv2, _add;

        internal Quantized(ResidualBlock model, QuantizationContext context, Feeds output)
            : base(model, context, output, isBlock: true)
        {
            _model = model;
            _conv1 = Sites.Chain(
                "conv1", Feeds.Next, () => [model.conv1, model.bn1, Step.Activation("relu", static x => Ops.relu(x))]);
            _conv2 = Sites.Chain("conv2", Feeds.Join, () => [model.conv2, model.bn2]);
            _add = Sites.Join("add", Feeds.Result, () => [Step.Activation("relu", static x => Ops.relu(x))]);
        }

        public override Tensor forward(Tensor x)
        {
            Tensor y = _conv1.forward(x);
            y = _conv2.forward(y);
            if (_model._grow > 0)
                x = Ops.pad(
                    Ops.slice(Ops.slice(x, 2, 0, x.shape[2], 2), 3, 0, x.shape[3], 2),
                    [0, 0, 0, 0, _model._grow, _model._grow]);
            return _add.forward(Ops.add(y, x));
        }
    }
}
