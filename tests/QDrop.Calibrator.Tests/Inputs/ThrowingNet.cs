using QDrop.CompilerServices;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Tests.Inputs;

/// <summary>A model whose own code throws.</summary>
internal sealed class ThrowingNet() : Module<Tensor, Tensor>(nameof(ThrowingNet)), IQuantizable
{
    public override Tensor forward(Tensor x) => throw new FormatException("too bright");

    IQuantizedModule IQuantizable.CreateQuantized(QuantizationContext context, Feeds output) =>
        new Quantized(this, context, output);

    public sealed class Quantized : QuantizedModule<Tensor, Tensor>
    {
        internal Quantized(ThrowingNet model, QuantizationContext context, Feeds output)
            : base(model, context, output, isBlock: false)
        {
        }

        public override Tensor forward(Tensor x) => throw new FormatException("too bright");
    }
}
