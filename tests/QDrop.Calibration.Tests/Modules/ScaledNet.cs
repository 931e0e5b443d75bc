using QDrop.CompilerServices;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Tests.Modules;

/// <summary>
/// Two linear layers with ReLU between them, so that a factor of the first, undone in the second, changes nothing. Its
/// twin is as the generator writes it.
/// </summary>
internal sealed class ScaledNet : Module<Tensor, Tensor>, IQuantizable
{
    public readonly Linear a = Linear(24, 64), b = Linear(64, 16);

    public ScaledNet() : base(nameof(ScaledNet)) => RegisterComponents();

    public static QuantizedModelDescriptor Descriptor { get; } =
        new()
        {
            Name = typeof(ScaledNet).FullName!,
            Fingerprint = new string('e', 64),
            CreateModel = static () => new ScaledNet(),
            Settings = new QuantizationSettings(),
        };

    /// <summary>A net with the same random weights each time.</summary>
    public static ScaledNet Create()
    {
        manual_seed(15);
        var net = new ScaledNet();
        net.eval();
        return net;
    }

    /// <summary>Multiplies what the first layer gives, and divides what the second one makes of it.</summary>
    public ScaledNet ScaleHidden(double factor)
    {
        Multiply(a.weight!, factor);
        Multiply(a.bias!, factor);
        Multiply(b.weight!, 1 / factor);
        return this;
    }

    /// <summary>Makes the net one whose inputs and outputs are multiplied.</summary>
    public ScaledNet ScaleInputs(double factor)
    {
        Multiply(a.bias!, factor);
        Multiply(b.bias!, factor);
        return this;
    }

    public override Tensor forward(Tensor x) => b.call(functional.relu(a.call(x)));

    IQuantizedModule IQuantizable.CreateQuantized(QuantizationContext context, Feeds output) =>
        new Quantized(this, context, output);

    private static void Multiply(Tensor tensor, double factor)
    {
        using IDisposable guard = no_grad();
        using Scalar kept = (float)factor;
        tensor.mul_(kept);
    }

    private sealed class Quantized : QuantizedModule<Tensor, Tensor>
    {
        private readonly Chain _a, _b;

        internal Quantized(ScaledNet model, QuantizationContext context, Feeds output)
            : base(model, context, output, isBlock: false)
        {
            _a = Sites.Chain("a", Feeds.Next, () => [model.a, Step.Activation("relu", static x => Ops.relu(x))]);
            _b = Sites.Chain("b", output, () => [model.b]);
        }

        public override Tensor forward(Tensor x) => _b.forward(_a.forward(x));
    }
}
