using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace QDrop.Layers.Families;

/// <summary>Activation functions.</summary>
[LayerFamily(LayerKind.Activation)]
[LayerTypes(
    typeof(ReLU), typeof(ReLU6), typeof(LeakyReLU), typeof(PReLU), typeof(RReLU), typeof(SELU),
    typeof(CELU), typeof(GELU), typeof(SiLU), typeof(Mish), typeof(Sigmoid), typeof(LogSigmoid), typeof(Tanh),
    typeof(Hardtanh), typeof(Hardsigmoid), typeof(Hardswish), typeof(Hardshrink), typeof(Softplus), typeof(Softsign),
    typeof(Softshrink), typeof(Tanhshrink), typeof(Threshold), typeof(Softmax), typeof(Softmax2d), typeof(LogSoftmax),
    typeof(Softmin))]
[LayerTypes(typeof(ELU), KeepsTensor = true)]
[LayerTypes(typeof(GLU), Shape = ShapeEffect.Changes)]
internal sealed class ActivationFamily : LayerFamily
{
    // TorchSharp's own functions of the last four make numbers that nothing holds while native code uses them.
    public override Func<Tensor, Tensor>? FunctionOf(object layer) => layer switch
    {
        ReLU => Rectifier.Function,
        LeakyReLU leaky => x => LeakyRelu(x, leaky),
        ELU elu => x => Elu(x, elu),
        CELU celu => x => Celu(x, celu),
        Hardtanh clip => x => Clip(x, clip),
        _ => null,
    };

    /// <summary>Softmax gives shares of positions, as in attention.</summary>
    public override bool KeepsChannels(object layer) => layer is not Softmax;

    private static Tensor LeakyRelu(Tensor x, LeakyReLU layer)
    {
        using Scalar slope = layer.negative_slope;
        return layer.inplace ? x.leaky_relu_(slope) : x.leaky_relu(slope);
    }

    // TorchSharp's does not change its tensor even if it is told to.
    private static Tensor Elu(Tensor x, ELU layer)
    {
        using Scalar alpha = layer.alpha, scale = 1.0, inputScale = 1.0;
        return x.elu(alpha, scale, inputScale);
    }

    private static Tensor Celu(Tensor x, CELU layer)
    {
        using Scalar alpha = layer.alpha;
        return layer.inplace ? x.celu_(alpha) : x.celu(alpha);
    }

    private static Tensor Clip(Tensor x, Hardtanh layer)
    {
        using Scalar min = layer.min_val, max = layer.max_val;
        return layer.inplace ? x.hardtanh_(min, max) : x.hardtanh(min, max);
    }
}
