using QDrop.Recording;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.CompilerServices;

/// <content>Functions of one tensor that work in place, and clipping at one end.</content>
public static partial class Ops
{
    /// <summary>Square root, in place.</summary>
    [Lowers(typeof(torch.Tensor), "sqrt_", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "sqrt_", Kind = OpKind.Activation)]
    public static Tensor sqrt_(Tensor input) => Note.InPlace(input, Own(input).sqrt_(), $"sqrt({input})");

    /// <summary>One over the square root, in place.</summary>
    [Lowers(typeof(torch.Tensor), "rsqrt_", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "rsqrt_", Kind = OpKind.Activation)]
    public static Tensor rsqrt_(Tensor input) => Note.InPlace(input, Own(input).rsqrt_(), $"rsqrt({input})");

    /// <summary>Exponential function, in place.</summary>
    [Lowers(typeof(torch.Tensor), "exp_", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "exp_", Kind = OpKind.Activation)]
    public static Tensor exp_(Tensor input) => Note.InPlace(input, Own(input).exp_(), $"exp({input})");

    /// <summary>Natural logarithm, in place.</summary>
    [Lowers(typeof(torch.Tensor), "log_", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "log_", Kind = OpKind.Activation)]
    public static Tensor log_(Tensor input) => Note.InPlace(input, Own(input).log_(), $"log({input})");

    /// <summary>One over the value, in place.</summary>
    [Lowers(typeof(torch.Tensor), "reciprocal_", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "reciprocal_", Kind = OpKind.Activation)]
    public static Tensor reciprocal_(Tensor input) =>
        Note.InPlace(input, Own(input).reciprocal_(), $"reciprocal({input})");

    /// <summary>Sine of an angle in radians, in place.</summary>
    [Lowers(typeof(torch.Tensor), "sin_", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "sin_", Kind = OpKind.Activation)]
    public static Tensor sin_(Tensor input) => Note.InPlace(input, Own(input).sin_(), $"sin({input})");

    /// <summary>Cosine of an angle in radians, in place.</summary>
    [Lowers(typeof(torch.Tensor), "cos_", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "cos_", Kind = OpKind.Activation)]
    public static Tensor cos_(Tensor input) => Note.InPlace(input, Own(input).cos_(), $"cos({input})");

    /// <summary>Absolute value, in place.</summary>
    [Lowers(typeof(torch.Tensor), "abs_", Kind = OpKind.Activation)]
    [Lowers(typeof(torch.Tensor), "absolute_", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "abs_", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "absolute_", Kind = OpKind.Activation)]
    public static Tensor abs_(Tensor input) => Note.InPlace(input, Own(input).abs_(), $"abs({input})");

    /// <summary>Changes the sign, in place.</summary>
    [Lowers(typeof(torch.Tensor), "neg_", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    [Lowers(typeof(torch), "neg_", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    public static Tensor neg_(Tensor tensor) => Note.InPlace(tensor, Own(tensor).neg_(), $"neg({tensor})");

    /// <summary>Power with a number as exponent, in place.</summary>
    [Lowers(typeof(torch.Tensor), "pow_", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "pow_", Kind = OpKind.Activation)]
    public static Tensor pow_(Tensor left, Scalar exponent) =>
        Note.InPlace(left, Keep(Own(left).pow_(exponent), exponent), $"pow({left}, exponent={exponent})");

    /// <summary>Power of two tensors, element by element, in place of the first.</summary>
    [Lowers(typeof(torch.Tensor), "pow_", Kind = OpKind.Join)]
    [Lowers(typeof(torch), "pow_", Kind = OpKind.Join)]
    public static Tensor pow_(Tensor left, Tensor exponent) =>
        Note.InPlace(left, Own(left).pow_(exponent), $"power({left}, {exponent})");

    /// <summary>Gaussian error linear unit, in place.</summary>
    [Lowers(typeof(torch.Tensor), "gelu_", Kind = OpKind.Activation)]
    public static Tensor gelu_(Tensor x) => Note.InPlace(x, Own(x).gelu_(), $"gelu({x})");

    /// <summary>Gaussian error linear unit, in place.</summary>
    [Lowers(typeof(torch.Tensor), "gelu_", Kind = OpKind.Activation)]
    public static Tensor gelu_(Tensor x, TorchSharp.Modules.GELU.Approximate approximate) => Note.InPlace(
            x,
            Own(x).gelu_(approximate),
            $"gelu({x}, tanh={approximate == TorchSharp.Modules.GELU.Approximate.tanh})");

    /// <summary>Continuously differentiable exponential linear unit.</summary>
    [Lowers(typeof(torch.Tensor), "celu", Kind = OpKind.Activation)]
    public static Tensor celu(Tensor x) => Note.As(x.celu(), $"elu({x})");

    /// <summary>Continuously differentiable exponential linear unit.</summary>
    [Lowers(typeof(torch.Tensor), "celu", Kind = OpKind.Activation)]
    public static Tensor celu(Tensor x, Scalar alpha) =>
        Note.As(Keep(x.celu(alpha), alpha), $"elu({x}, alpha={alpha}, input_scale={1 / alpha.ToDouble()})");

    /// <summary>Continuously differentiable exponential linear unit, in place.</summary>
    [Lowers(typeof(torch.Tensor), "celu_", Kind = OpKind.Activation)]
    public static Tensor celu_(Tensor x) => Note.InPlace(x, Own(x).celu_(), $"elu({x})");

    /// <summary>Continuously differentiable exponential linear unit, in place.</summary>
    [Lowers(typeof(torch.Tensor), "celu_", Kind = OpKind.Activation)]
    public static Tensor celu_(Tensor x, Scalar alpha) => Note.InPlace(
            x,
            Keep(Own(x).celu_(alpha), alpha),
            $"elu({x}, alpha={alpha}, input_scale={1 / alpha.ToDouble()})");

    /// <summary>Clips from below.</summary>
    [Lowers(typeof(torch.Tensor), "clamp_min", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "clamp_min", Kind = OpKind.Activation)]
    public static Tensor clamp_min(Tensor input, Scalar min) =>
        Note.As(Keep(input.clamp_min(min), min), $"clamp({input}, min={min})");

    /// <summary>Clips from above.</summary>
    [Lowers(typeof(torch.Tensor), "clamp_max", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "clamp_max", Kind = OpKind.Activation)]
    public static Tensor clamp_max(Tensor input, Scalar max) =>
        Note.As(Keep(input.clamp_max(max), max), $"clamp({input}, max={max})");

    /// <summary>Clips from below, in place.</summary>
    [Lowers(typeof(torch.Tensor), "clamp_min_", Kind = OpKind.Activation)]
    public static Tensor clamp_min_(Tensor input, Scalar min) =>
        Note.InPlace(input, Keep(Own(input).clamp_min_(min), min), $"clamp({input}, min={min})");

    /// <summary>Clips from above, in place.</summary>
    [Lowers(typeof(torch.Tensor), "clamp_max_", Kind = OpKind.Activation)]
    public static Tensor clamp_max_(Tensor input, Scalar max) =>
        Note.InPlace(input, Keep(Own(input).clamp_max_(max), max), $"clamp({input}, max={max})");
}
