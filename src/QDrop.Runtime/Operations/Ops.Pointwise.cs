using QDrop.Layers.Families;
using QDrop.Recording;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.CompilerServices;

/// <content>Less common functions of one tensor whose value is quantized after them.</content>
public static partial class Ops
{
    /// <summary>Clips to a range, in place.</summary>
    [Lowers(typeof(torch.Tensor), "hardtanh_", Kind = OpKind.Activation)]
    public static Tensor hardtanh_(Tensor x, Scalar min, Scalar max) =>
        Note.InPlace(x, Keep(Own(x).hardtanh_(min, max), min, max), $"clamp({x}, min={min}, max={max})");

    /// <summary>One half times the sigmoid of the other.</summary>
    [Lowers(typeof(torch.nn.functional), "glu", Kind = OpKind.Activation, Shape = ShapeEffect.Changes)]
    [Lowers(typeof(torch.Tensor), "glu", Kind = OpKind.Activation, Shape = ShapeEffect.Changes)]
    public static Tensor glu(Tensor input, long dim = -1) => Note.As(
            input.glu(dim),
            $"mul(slice({input}, dim={dim}, end={Half(input, dim)}), sigmoid(slice({input}, dim={dim}, "
                + $"start={Half(input, dim)})))");

    /// <summary>Leaky rectified linear unit with a learned slope.</summary>
    [Lowers(typeof(torch.nn.functional), "prelu", Kind = OpKind.Activation)]
    [Lowers(typeof(torch.Tensor), "prelu", Kind = OpKind.Activation)]
    public static Tensor prelu(Tensor input, Tensor weight) => Note.As(
            functional.prelu(input, weight),
            $"where(gt({input}, 0), {input}, mul({input}, {ActivationFamily.ByChannel(weight, input)}))");

    /// <summary>Logarithm of the logistic function.</summary>
    [Lowers(typeof(torch.nn.functional), "logsigmoid", Kind = OpKind.Activation)]
    [Lowers(typeof(torch.Tensor), "log_sigmoid", Kind = OpKind.Activation)]
    public static Tensor logsigmoid(Tensor x) => Note.As(functional.logsigmoid(x), $"logsigmoid({x})");

    /// <summary>Softmax of the negated values.</summary>
    [Lowers(typeof(torch.nn.functional), "softmin", Kind = OpKind.Activation)]
    public static Tensor softmin(Tensor x, long dim) =>
        Note.As(functional.softmin(x, dim), $"softmax(neg({x}), dim={dim})");

    /// <summary>Square root.</summary>
    [Lowers(typeof(torch.Tensor), "sqrt", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "sqrt", Kind = OpKind.Activation)]
    public static Tensor sqrt(Tensor input) => Note.As(input.sqrt(), $"sqrt({input})");

    /// <summary>One over the square root.</summary>
    [Lowers(typeof(torch.Tensor), "rsqrt", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "rsqrt", Kind = OpKind.Activation)]
    public static Tensor rsqrt(Tensor input) => Note.As(input.rsqrt(), $"rsqrt({input})");

    /// <summary>Square.</summary>
    [Lowers(typeof(torch.Tensor), "square", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "square", Kind = OpKind.Activation)]
    public static Tensor square(Tensor input) => Note.As(input.square(), $"square({input})");

    /// <summary>Power with a number as exponent.</summary>
    [Lowers(typeof(torch.Tensor), "pow", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "pow", Kind = OpKind.Activation)]
    public static Tensor pow(Tensor left, Scalar exponent) =>
        Note.As(Keep(left.pow(exponent), exponent), $"pow({left}, exponent={exponent})");

    /// <summary>Exponential function.</summary>
    [Lowers(typeof(torch.Tensor), "exp", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "exp", Kind = OpKind.Activation)]
    public static Tensor exp(Tensor input) => Note.As(input.exp(), $"exp({input})");

    /// <summary>Natural logarithm.</summary>
    [Lowers(typeof(torch.Tensor), "log", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "log", Kind = OpKind.Activation)]
    public static Tensor log(Tensor input) => Note.As(input.log(), $"log({input})");

    /// <summary>Absolute value.</summary>
    [Lowers(typeof(torch.Tensor), "abs", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "abs", Kind = OpKind.Activation)]
    [Lowers(typeof(torch.Tensor), "absolute", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "absolute", Kind = OpKind.Activation)]
    public static Tensor abs(Tensor input) => Note.As(input.abs(), $"abs({input})");

    /// <summary>One over the value.</summary>
    [Lowers(typeof(torch.Tensor), "reciprocal", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "reciprocal", Kind = OpKind.Activation)]
    public static Tensor reciprocal(Tensor input) => Note.As(input.reciprocal(), $"reciprocal({input})");

    /// <summary>Sine of an angle in radians.</summary>
    [Lowers(typeof(torch.Tensor), "sin", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "sin", Kind = OpKind.Activation)]
    public static Tensor sin(Tensor input) => Note.As(input.sin(), $"sin({input})");

    /// <summary>Cosine of an angle in radians.</summary>
    [Lowers(typeof(torch.Tensor), "cos", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "cos", Kind = OpKind.Activation)]
    public static Tensor cos(Tensor input) => Note.As(input.cos(), $"cos({input})");

    /// <summary>Gauss error function.</summary>
    [Lowers(typeof(torch.Tensor), "erf", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "erf", Kind = OpKind.Activation)]
    public static Tensor erf(Tensor input) => Note.As(input.erf(), $"erf({input})");
}
