using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace QDrop.Layers.Families;

/// <summary>Activation functions.</summary>
[LayerFamily(LayerKind.Activation)]
[LayerTypes(
    typeof(ReLU), typeof(ReLU6), typeof(LeakyReLU), typeof(PReLU), typeof(RReLU), typeof(ELU), typeof(SELU),
    typeof(CELU), typeof(GELU), typeof(SiLU), typeof(Mish), typeof(Sigmoid), typeof(LogSigmoid), typeof(Tanh),
    typeof(Hardtanh), typeof(Hardsigmoid), typeof(Hardswish), typeof(Hardshrink), typeof(Softplus), typeof(Softsign),
    typeof(Softshrink), typeof(Tanhshrink), typeof(Threshold), typeof(GLU), typeof(Softmax), typeof(Softmax2d),
    typeof(LogSoftmax), typeof(Softmin))]
internal sealed class ActivationFamily : LayerFamily
{
    // TorchSharp's own functions of the last four make numbers that nothing holds while native code uses them.
    public override Func<Tensor, Tensor>? FunctionOf(object layer) => layer switch
    {
        ReLU => Rectifier.Function,
        LeakyReLU { inplace: var changes } leaky => x =>
        {
            using Scalar slope = leaky.negative_slope;
            return changes ? x.leaky_relu_(slope) : x.leaky_relu(slope);
        },
        // TorchSharp's does not change its tensor even if it is told to.
        ELU elu => x =>
        {
            using Scalar alpha = elu.alpha, scale = 1.0, inputScale = 1.0;
            return x.elu(alpha, scale, inputScale);
        },
        CELU { inplace: var changes } celu => x =>
        {
            using Scalar alpha = celu.alpha;
            return changes ? x.celu_(alpha) : x.celu(alpha);
        },
        Hardtanh { inplace: var changes } clip => x =>
        {
            using Scalar min = clip.min_val, max = clip.max_val;
            return changes ? x.hardtanh_(min, max) : x.hardtanh(min, max);
        },
        _ => null,
    };

    /// <summary>Softmax gives shares of positions, as in attention.</summary>
    public override bool KeepsChannels(object layer) => layer is not Softmax;
}
