using QDrop.Recording;
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

    public override Tensor Noted(object layer, Tensor x, Tensor y) => layer switch
    {
        ReLU => y,
        ReLU6 => Note.As(y, $"clamp({x}, min=0.0, max=6.0)"),
        LeakyReLU leaky => Note.As(y, $"leaky_relu({x}, slope={leaky.negative_slope})"),
        ELU elu => Note.As(y, $"elu({x}, alpha={elu.alpha})"),
        CELU celu => Note.As(y, $"elu({x}, alpha={celu.alpha}, input_scale={1 / celu.alpha})"),
        SELU => Note.As(y, $"elu({x}, alpha=1.6732632423543772, scale=1.0507009873554805)"),
        GELU gelu => Note.As(y, $"gelu({x}, tanh={gelu.approximate == GELU.Approximate.tanh})"),
        SiLU => Note.As(y, $"silu({x})"),
        Mish => Note.As(y, $"mish({x})"),
        Sigmoid => Note.As(y, $"sigmoid({x})"),
        LogSigmoid => Note.As(y, $"logsigmoid({x})"),
        Tanh => Note.As(y, $"tanh({x})"),
        Hardsigmoid => Note.As(y, $"hardsigmoid({x})"),
        Hardswish => Note.As(y, $"hardswish({x})"),
        Softsign => Note.As(y, $"softsign({x})"),
        Tanhshrink => Note.As(y, $"sub({x}, tanh({x}))"),
        Softplus plus => Note.As(y, $"softplus({x}, beta={plus.beta}, threshold={plus.threshold})"),
        Softmax shares => Note.As(y, $"softmax({x}, dim={shares.dim})"),
        LogSoftmax shares => Note.As(y, $"log_softmax({x}, dim={shares.dim})"),
        Softmin shares => Note.As(y, $"softmax(neg({x}), dim={shares.dim})"),
        Softmax2d => Note.As(y, $"softmax({x}, dim=-3)"),
        Hardtanh clip => Note.As(y, $"clamp({x}, min={clip.min_val}, max={clip.max_val})"),
        PReLU slopes => Note.As(y, $"where(gt({x}, 0), {x}, mul({x}, {ByChannel(slopes.weight!, x)}))"),
        GLU gates => Note.As(
            y,
            $"mul(slice({x}, dim={gates.dim}, end={y.shape[At(gates.dim, y)]}), "
                + $"sigmoid(slice({x}, dim={gates.dim}, start={y.shape[At(gates.dim, y)]})))"),
        _ => base.Noted(layer, x, y),
    };

    /// <summary>A weight for each channel, in the shape in which it is multiplied with values.</summary>
    internal static Tensor ByChannel(Tensor weight, Tensor x) =>
        weight.numel() == 1 || x.dim() < 2 ? weight.detach()
        : weight.detach().view([-1, .. Enumerable.Repeat(1L, (int)x.dim() - 2)]);

    private static int At(long dimension, Tensor x) => (int)(dimension < 0 ? dimension + x.dim() : dimension);

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
