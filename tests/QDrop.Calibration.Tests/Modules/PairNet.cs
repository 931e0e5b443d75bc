using QDrop.CompilerServices;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Tests.Modules;

/// <summary>
/// Two sequences <c>[N, T, 6]</c> and a mask go in, scores and features come out: a trunk that is called twice, a block
/// with three inputs (one a mask) and two outputs that sees sequences first, and a block that takes and returns a pair.
/// Twins as the generator writes them.
/// </summary>
internal sealed class PairNet : Module<Tensor, Tensor, Tensor, (Tensor scores, Tensor features)>, IQuantizable
{
    public readonly Sequential trunk = Sequential(Linear(6, 8), ReLU());
    public readonly Exchange exchange = new();
    public readonly Swap swap = new();
    public readonly Linear head = Linear(8, 3);

    public PairNet() : base(nameof(PairNet)) => RegisterComponents();

    public static QuantizedModelDescriptor Descriptor { get; } =
        new()
        {
            Name = typeof(PairNet).FullName!,
            Fingerprint = new string('c', 64),
            CreateModel = static () => new PairNet(),
            Settings = new QuantizationSettings
            {
                W = 4,
                A = 4,
                Iterations = 20,
                Samples = 70,
                RangeSamples = 32,
                BatchSize = 8,
            },
        };

    public static Tensor[] Inputs(int samples) => [randn(samples, 5, 6), randn(samples, 5, 6), rand(samples, 5) > 0.3];

    public override (Tensor scores, Tensor features) forward(Tensor left, Tensor right, Tensor mask)
    {
        Tensor a = trunk.call(left).transpose(0, 1), b = trunk.call(right).transpose(0, 1);
        (a, b) = exchange.call(a, b, mask);
        (a, b) = swap.call((a, b));
        Tensor features = (a + b).mean([0L]);
        return (head.call(features), features);
    }

    IQuantizedModule IQuantizable.CreateQuantized(QuantizationContext context, Feeds output) =>
        new Quantized(this, context, output);

    public sealed class Quantized : QuantizedModule<Tensor, Tensor, Tensor, (Tensor scores, Tensor features)>
    {
        private readonly Chain _left, _right, _add, _head;
        private readonly Call<Tensor, Tensor, Tensor, (Tensor, Tensor)> _exchange;
        private readonly Call<(Tensor, Tensor), (Tensor, Tensor)> _swap;

        internal Quantized(PairNet model, QuantizationContext context, Feeds output)
            : base(model, context, output, isBlock: false)
        {
            _left = Sites.Chain("trunk", Feeds.Next, () => [model.trunk]);
            _right = Sites.Chain("trunk2", Feeds.Next, () => [model.trunk]);
            _exchange = Sites.Call("exchange", Feeds.Next, () => model.exchange);
            _swap = Sites.Call("swap", Feeds.Join, () => model.swap);
            _add = Sites.Join("add", Feeds.Next);
            _head = Sites.Chain("head", Feeds.Result, () => [model.head]);
        }

        public override (Tensor scores, Tensor features) forward(Tensor left, Tensor right, Tensor mask)
        {
            Tensor a = Ops.transpose(_left.forward(left), 0, 1), b = Ops.transpose(_right.forward(right), 0, 1);
            (a, b) = _exchange.forward(a, b, mask);
            (a, b) = _swap.forward((a, b));
            Tensor features = _add.forward(Ops.mean(Ops.add(a, b), [0L]));
            return (_head.forward(features), features);
        }
    }
}

/// <summary>
/// Each sequence <c>[T, N, 8]</c> receives a projection of the other where the mask <c>[N, T]</c> allows it.
/// </summary>
internal sealed class Exchange : Module<Tensor, Tensor, Tensor, (Tensor, Tensor)>, IQuantizable
{
    public readonly Linear first = Linear(8, 8), second = Linear(8, 8);

    public Exchange() : base(nameof(Exchange)) => RegisterComponents();

    public override (Tensor, Tensor) forward(Tensor a, Tensor b, Tensor mask)
    {
        Tensor open = mask.transpose(0, 1).unsqueeze(-1).to(ScalarType.Float32);
        return (functional.relu(a + first.call(b) * open), functional.relu(b + second.call(a) * open));
    }

    IQuantizedModule IQuantizable.CreateQuantized(QuantizationContext context, Feeds output) =>
        new Quantized(this, context, output);

    public sealed class Quantized : QuantizedModule<Tensor, Tensor, Tensor, (Tensor, Tensor)>
    {
        private readonly Chain _first, _second, _add, _add2;

        internal Quantized(Exchange model, QuantizationContext context, Feeds output)
            : base(model, context, output, isBlock: true)
        {
            _first = Sites.Chain("first", Feeds.Join, () => [model.first]);
            _second = Sites.Chain("second", Feeds.Join, () => [model.second]);
            _add = Sites.Join("add", Feeds.Result, () => [Step.Activation("relu", static x => Ops.relu(x))]);
            _add2 = Sites.Join("add2", Feeds.Result, () => [Step.Activation("relu", static x => Ops.relu(x))]);
        }

        public override (Tensor, Tensor) forward(Tensor a, Tensor b, Tensor mask)
        {
            Tensor open = Ops.to(Ops.unsqueeze(Ops.transpose(mask, 0, 1), -1), ScalarType.Float32);
            return (
                _add.forward(Ops.add(a, Ops.mul(_first.forward(b), open))),
                _add2.forward(Ops.add(b, Ops.mul(_second.forward(a), open))));
        }
    }
}

/// <summary>A pair of tensors in, a pair out; no join, so that its layers are units of their own.</summary>
internal sealed class Swap : Module<(Tensor, Tensor), (Tensor, Tensor)>, IQuantizable
{
    public readonly Linear linear = Linear(8, 8);

    public Swap() : base(nameof(Swap)) => RegisterComponents();

    public override (Tensor, Tensor) forward((Tensor, Tensor) pair) => (linear.call(pair.Item2), pair.Item1);

    IQuantizedModule IQuantizable.CreateQuantized(QuantizationContext context, Feeds output) =>
        new Quantized(this, context, output);

    public sealed class Quantized : QuantizedModule<(Tensor, Tensor), (Tensor, Tensor)>
    {
        private readonly Chain _linear;

        internal Quantized(Swap model, QuantizationContext context, Feeds output)
            : base(model, context, output, isBlock: false) =>
            _linear = Sites.Chain("linear", Feeds.Result, () => [model.linear]);

        public override (Tensor, Tensor) forward((Tensor, Tensor) pair) => (_linear.forward(pair.Item2), pair.Item1);
    }
}
