using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.CompilerServices;

/// <content>Less common functions of one tensor whose value is quantized after them.</content>
public static partial class Ops
{
    /// <summary>Clips to a range, in place.</summary>
    [Lowers(typeof(torch.Tensor), "hardtanh_", Kind = OpKind.Activation)]
    public static Tensor hardtanh_(Tensor x, Scalar min, Scalar max) => Keep(Own(x).hardtanh_(min, max), min, max);

    /// <summary>One half times the sigmoid of the other.</summary>
    [Lowers(typeof(torch.nn.functional), "glu", Kind = OpKind.Activation, Shape = ShapeEffect.Changes)]
    [Lowers(typeof(torch.Tensor), "glu", Kind = OpKind.Activation, Shape = ShapeEffect.Changes)]
    public static Tensor glu(Tensor input, long dim = -1) => input.glu(dim);

    /// <summary>Leaky rectified linear unit with a learned slope.</summary>
    [Lowers(typeof(torch.nn.functional), "prelu", Kind = OpKind.Activation)]
    [Lowers(typeof(torch.Tensor), "prelu", Kind = OpKind.Activation)]
    public static Tensor prelu(Tensor input, Tensor weight) => functional.prelu(input, weight);

    /// <summary>Logarithm of the logistic function.</summary>
    [Lowers(typeof(torch.nn.functional), "logsigmoid", Kind = OpKind.Activation)]
    [Lowers(typeof(torch.Tensor), "log_sigmoid", Kind = OpKind.Activation)]
    public static Tensor logsigmoid(Tensor x) => functional.logsigmoid(x);

    /// <summary>Softmax of the negated values.</summary>
    [Lowers(typeof(torch.nn.functional), "softmin", Kind = OpKind.Activation)]
    public static Tensor softmin(Tensor x, long dim) => functional.softmin(x, dim);

    /// <summary>Square root.</summary>
    [Lowers(typeof(torch.Tensor), "sqrt", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "sqrt", Kind = OpKind.Activation)]
    public static Tensor sqrt(Tensor input) => input.sqrt();

    /// <summary>One over the square root.</summary>
    [Lowers(typeof(torch.Tensor), "rsqrt", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "rsqrt", Kind = OpKind.Activation)]
    public static Tensor rsqrt(Tensor input) => input.rsqrt();

    /// <summary>Square.</summary>
    [Lowers(typeof(torch.Tensor), "square", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "square", Kind = OpKind.Activation)]
    public static Tensor square(Tensor input) => input.square();

    /// <summary>Power with a number as exponent.</summary>
    [Lowers(typeof(torch.Tensor), "pow", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "pow", Kind = OpKind.Activation)]
    public static Tensor pow(Tensor left, Scalar exponent) => Keep(left.pow(exponent), exponent);

    /// <summary>Exponential function.</summary>
    [Lowers(typeof(torch.Tensor), "exp", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "exp", Kind = OpKind.Activation)]
    public static Tensor exp(Tensor input) => input.exp();

    /// <summary>Natural logarithm.</summary>
    [Lowers(typeof(torch.Tensor), "log", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "log", Kind = OpKind.Activation)]
    public static Tensor log(Tensor input) => input.log();

    /// <summary>Absolute value.</summary>
    [Lowers(typeof(torch.Tensor), "abs", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "abs", Kind = OpKind.Activation)]
    [Lowers(typeof(torch.Tensor), "absolute", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "absolute", Kind = OpKind.Activation)]
    public static Tensor abs(Tensor input) => input.abs();

    /// <summary>One over the value.</summary>
    [Lowers(typeof(torch.Tensor), "reciprocal", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "reciprocal", Kind = OpKind.Activation)]
    public static Tensor reciprocal(Tensor input) => input.reciprocal();

    /// <summary>Sine of an angle in radians.</summary>
    [Lowers(typeof(torch.Tensor), "sin", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "sin", Kind = OpKind.Activation)]
    public static Tensor sin(Tensor input) => input.sin();

    /// <summary>Cosine of an angle in radians.</summary>
    [Lowers(typeof(torch.Tensor), "cos", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "cos", Kind = OpKind.Activation)]
    public static Tensor cos(Tensor input) => input.cos();

    /// <summary>Gauss error function.</summary>
    [Lowers(typeof(torch.Tensor), "erf", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "erf", Kind = OpKind.Activation)]
    public static Tensor erf(Tensor input) => input.erf();
}
