using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.CompilerServices;

/// <content>Functions of one tensor that work in place, and clipping at one end.</content>
public static partial class Ops
{
    /// <summary>Square root, in place.</summary>
    [Lowers(typeof(torch.Tensor), "sqrt_", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "sqrt_", Kind = OpKind.Activation)]
    public static Tensor sqrt_(Tensor input) => Own(input).sqrt_();

    /// <summary>One over the square root, in place.</summary>
    [Lowers(typeof(torch.Tensor), "rsqrt_", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "rsqrt_", Kind = OpKind.Activation)]
    public static Tensor rsqrt_(Tensor input) => Own(input).rsqrt_();

    /// <summary>Exponential function, in place.</summary>
    [Lowers(typeof(torch.Tensor), "exp_", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "exp_", Kind = OpKind.Activation)]
    public static Tensor exp_(Tensor input) => Own(input).exp_();

    /// <summary>Natural logarithm, in place.</summary>
    [Lowers(typeof(torch.Tensor), "log_", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "log_", Kind = OpKind.Activation)]
    public static Tensor log_(Tensor input) => Own(input).log_();

    /// <summary>One over the value, in place.</summary>
    [Lowers(typeof(torch.Tensor), "reciprocal_", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "reciprocal_", Kind = OpKind.Activation)]
    public static Tensor reciprocal_(Tensor input) => Own(input).reciprocal_();

    /// <summary>Sine of an angle in radians, in place.</summary>
    [Lowers(typeof(torch.Tensor), "sin_", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "sin_", Kind = OpKind.Activation)]
    public static Tensor sin_(Tensor input) => Own(input).sin_();

    /// <summary>Cosine of an angle in radians, in place.</summary>
    [Lowers(typeof(torch.Tensor), "cos_", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "cos_", Kind = OpKind.Activation)]
    public static Tensor cos_(Tensor input) => Own(input).cos_();

    /// <summary>Absolute value, in place.</summary>
    [Lowers(typeof(torch.Tensor), "abs_", Kind = OpKind.Activation)]
    [Lowers(typeof(torch.Tensor), "absolute_", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "abs_", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "absolute_", Kind = OpKind.Activation)]
    public static Tensor abs_(Tensor input) => Own(input).abs_();

    /// <summary>Changes the sign, in place.</summary>
    [Lowers(typeof(torch.Tensor), "neg_", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    [Lowers(typeof(torch), "neg_", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    public static Tensor neg_(Tensor tensor) => Own(tensor).neg_();

    /// <summary>Power with a number as exponent, in place.</summary>
    [Lowers(typeof(torch.Tensor), "pow_", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "pow_", Kind = OpKind.Activation)]
    public static Tensor pow_(Tensor left, Scalar exponent) => Keep(Own(left).pow_(exponent), exponent);

    /// <summary>Power of two tensors, element by element, in place of the first.</summary>
    [Lowers(typeof(torch.Tensor), "pow_", Kind = OpKind.Join)]
    [Lowers(typeof(torch), "pow_", Kind = OpKind.Join)]
    public static Tensor pow_(Tensor left, Tensor exponent) => Own(left).pow_(exponent);

    /// <summary>Gaussian error linear unit, in place.</summary>
    [Lowers(typeof(torch.Tensor), "gelu_", Kind = OpKind.Activation)]
    public static Tensor gelu_(Tensor x) => Own(x).gelu_();

    /// <summary>Gaussian error linear unit, in place.</summary>
    [Lowers(typeof(torch.Tensor), "gelu_", Kind = OpKind.Activation)]
    public static Tensor gelu_(Tensor x, TorchSharp.Modules.GELU.Approximate approximate) => Own(x).gelu_(approximate);

    /// <summary>Continuously differentiable exponential linear unit.</summary>
    [Lowers(typeof(torch.Tensor), "celu", Kind = OpKind.Activation)]
    public static Tensor celu(Tensor x) => x.celu();

    /// <summary>Continuously differentiable exponential linear unit.</summary>
    [Lowers(typeof(torch.Tensor), "celu", Kind = OpKind.Activation)]
    public static Tensor celu(Tensor x, Scalar alpha) => Keep(x.celu(alpha), alpha);

    /// <summary>Continuously differentiable exponential linear unit, in place.</summary>
    [Lowers(typeof(torch.Tensor), "celu_", Kind = OpKind.Activation)]
    public static Tensor celu_(Tensor x) => Own(x).celu_();

    /// <summary>Continuously differentiable exponential linear unit, in place.</summary>
    [Lowers(typeof(torch.Tensor), "celu_", Kind = OpKind.Activation)]
    public static Tensor celu_(Tensor x, Scalar alpha) => Keep(Own(x).celu_(alpha), alpha);

    /// <summary>Clips from below.</summary>
    [Lowers(typeof(torch.Tensor), "clamp_min", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "clamp_min", Kind = OpKind.Activation)]
    public static Tensor clamp_min(Tensor input, Scalar min) => Keep(input.clamp_min(min), min);

    /// <summary>Clips from above.</summary>
    [Lowers(typeof(torch.Tensor), "clamp_max", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "clamp_max", Kind = OpKind.Activation)]
    public static Tensor clamp_max(Tensor input, Scalar max) => Keep(input.clamp_max(max), max);

    /// <summary>Clips from below, in place.</summary>
    [Lowers(typeof(torch.Tensor), "clamp_min_", Kind = OpKind.Activation)]
    public static Tensor clamp_min_(Tensor input, Scalar min) => Keep(Own(input).clamp_min_(min), min);

    /// <summary>Clips from above, in place.</summary>
    [Lowers(typeof(torch.Tensor), "clamp_max_", Kind = OpKind.Activation)]
    public static Tensor clamp_max_(Tensor input, Scalar max) => Keep(Own(input).clamp_max_(max), max);
}
