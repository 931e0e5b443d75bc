using QDrop.CompilerServices;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Tests.Modules;

/// <summary>
/// Images to larger ones: two transposed convolutions with groups, of which the first has a batch norm, and a
/// convolution. The twin is as the generator writes it.
/// </summary>
internal sealed class UpNet : Module<Tensor, Tensor>, IQuantizable
{
    public readonly ConvTranspose2d up1 = ConvTranspose2d(8, 12, 4, stride: 2, padding: 1, groups: 4, bias: false);
    public readonly BatchNorm2d norm = BatchNorm2d(12);
    public readonly ConvTranspose2d up2 = ConvTranspose2d(12, 6, 2, stride: 2, groups: 2);
    public readonly Conv2d last = Conv2d(6, 3, 3, padding: 1);

    public UpNet() : base(nameof(UpNet))
    {
        RegisterComponents();
        init.uniform_(norm.running_mean!, -0.2, 0.2);
        init.uniform_(norm.running_var!, 0.5, 2);
        init.uniform_(norm.weight!, 0.5, 1.5);
        init.uniform_(norm.bias!, -0.2, 0.2);
    }

    public static QuantizedModelDescriptor Descriptor { get; } =
        new()
        {
            Name = typeof(UpNet).FullName!,
            Fingerprint = new string('b', 64),
            CreateModel = static () => new UpNet(),
            Settings = new QuantizationSettings
            {
                W = 8,
                A = 8,
                Iterations = 20,
                Samples = 16,
                RangeSamples = 16,
                BatchSize = 8,
            },
        };

    public override Tensor forward(Tensor x) =>
        last.call(functional.relu(up2.call(functional.relu(norm.call(up1.call(x))))));

    IQuantizedModule IQuantizable.CreateQuantized(QuantizationContext context, Feeds output) =>
        new Quantized(this, context, output);

    public sealed class Quantized : QuantizedModule<Tensor, Tensor>
    {
        private readonly Chain _up1;

        internal Quantized(UpNet model, QuantizationContext context, Feeds output)
            : base(model, context, output, isBlock: false) =>
            _up1 = Sites.Chain("up1", Feeds.Result, () =>
            [
                model.up1,
                model.norm,
                Step.Activation("relu", static x => Ops.relu(x)),
                model.up2,
                Step.Activation("relu", static x => Ops.relu(x)),
                model.last,
            ]);

        public override Tensor forward(Tensor x) => _up1.forward(x);
    }
}
