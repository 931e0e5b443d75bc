using QDrop.Recording;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.CompilerServices;

/// <content>Functions of one tensor whose value is quantized after them.</content>
public static partial class Ops
{
    /// <summary>Rectified linear unit.</summary>
    [Lowers(typeof(torch.nn.functional), "relu", Kind = OpKind.Activation)]
    public static Tensor relu(Tensor x, bool inplace) => Note.Changed(
        x,
        inplace,
        functional.relu(Own(x, inplace), inplace),
        $"relu({x})");

    /// <summary>Rectified linear unit.</summary>
    [Lowers(typeof(torch.nn.functional), "relu", Kind = OpKind.Activation)]
    [Lowers(typeof(torch.Tensor), "relu", Kind = OpKind.Activation)]
    public static Tensor relu(Tensor x) => Note.As(x.relu(), $"relu({x})");

    /// <summary>Rectified linear unit, in place.</summary>
    [Lowers(typeof(torch.Tensor), "relu_", Kind = OpKind.Activation)]
    public static Tensor relu_(Tensor x) => Note.InPlace(x, Own(x).relu_(), $"relu({x})");

    /// <summary>Rectified linear unit, clipped at 6.</summary>
    [Lowers(typeof(torch.nn.functional), "relu6", Kind = OpKind.Activation)]
    public static Tensor relu6(Tensor x, bool inplace) => Note.Changed(
        x,
        inplace,
        functional.relu6(Own(x, inplace), inplace),
        $"clamp({x}, min=0.0, max=6.0)");

    /// <summary>Rectified linear unit, clipped at 6.</summary>
    [Lowers(typeof(torch.nn.functional), "relu6", Kind = OpKind.Activation)]
    [Lowers(typeof(torch.Tensor), "relu6", Kind = OpKind.Activation)]
    public static Tensor relu6(Tensor x) => Note.As(x.relu6(), $"clamp({x}, min=0.0, max=6.0)");

    /// <summary>Rectified linear unit, clipped at 6, in place.</summary>
    [Lowers(typeof(torch.Tensor), "relu6_", Kind = OpKind.Activation)]
    public static Tensor relu6_(Tensor x) => Note.InPlace(x, Own(x).relu6_(), $"clamp({x}, min=0.0, max=6.0)");

    /// <summary>Sigmoid-weighted linear unit, x·σ(x).</summary>
    [Lowers(typeof(torch.nn.functional), "silu", Kind = OpKind.Activation)]
    public static Tensor silu(Tensor x, bool inplace) => Note.Changed(
        x,
        inplace,
        functional.silu(Own(x, inplace), inplace),
        $"silu({x})");

    /// <summary>Sigmoid-weighted linear unit, x·σ(x).</summary>
    [Lowers(typeof(torch.nn.functional), "silu", Kind = OpKind.Activation)]
    [Lowers(typeof(torch.Tensor), "silu", Kind = OpKind.Activation)]
    public static Tensor silu(Tensor x) => Note.As(x.silu(), $"silu({x})");

    /// <summary>Sigmoid-weighted linear unit, x·σ(x), in place.</summary>
    [Lowers(typeof(torch.Tensor), "silu_", Kind = OpKind.Activation)]
    public static Tensor silu_(Tensor x) => Note.InPlace(x, Own(x).silu_(), $"silu({x})");

    /// <summary>Sigmoid-weighted linear unit, x·σ(x).</summary>
    [Lowers(typeof(torch.nn.functional), "SiLU", Kind = OpKind.Activation)]
    public static Tensor SiLU(Tensor x, bool inplace = false) => silu(x, inplace);

    /// <summary>Scaled exponential linear unit.</summary>
    [Lowers(typeof(torch.nn.functional), "selu", Kind = OpKind.Activation)]
    public static Tensor selu(Tensor x, bool inplace) => Note.Changed(
        x,
        inplace,
        functional.selu(Own(x, inplace), inplace),
        $"elu({x}, alpha=1.6732632423543772, scale=1.0507009873554805)");

    /// <summary>Scaled exponential linear unit.</summary>
    [Lowers(typeof(torch.nn.functional), "selu", Kind = OpKind.Activation)]
    [Lowers(typeof(torch.Tensor), "selu", Kind = OpKind.Activation)]
    public static Tensor selu(Tensor x) =>
        Note.As(x.selu(), $"elu({x}, alpha=1.6732632423543772, scale=1.0507009873554805)");

    /// <summary>Scaled exponential linear unit, in place.</summary>
    [Lowers(typeof(torch.Tensor), "selu_", Kind = OpKind.Activation)]
    public static Tensor selu_(Tensor x) =>
        Note.InPlace(x, Own(x).selu_(), $"elu({x}, alpha=1.6732632423543772, scale=1.0507009873554805)");

    /// <summary>Piecewise linear swish.</summary>
    [Lowers(typeof(torch.nn.functional), "hardswish", Kind = OpKind.Activation)]
    public static Tensor hardswish(Tensor input, bool inplace) => Note.Changed(
        input,
        inplace,
        functional.hardswish(Own(input, inplace), inplace),
        $"hardswish({input})");

    /// <summary>Piecewise linear swish.</summary>
    [Lowers(typeof(torch.nn.functional), "hardswish", Kind = OpKind.Activation)]
    [Lowers(typeof(torch.Tensor), "hardswish", Kind = OpKind.Activation)]
    public static Tensor hardswish(Tensor input) => Note.As(input.hardswish(), $"hardswish({input})");

    /// <summary>Piecewise linear swish, in place.</summary>
    [Lowers(typeof(torch.Tensor), "hardswish_", Kind = OpKind.Activation)]
    public static Tensor hardswish_(Tensor input) =>
        Note.InPlace(input, Own(input).hardswish_(), $"hardswish({input})");

    /// <summary>Piecewise linear sigmoid.</summary>
    [Lowers(typeof(torch.nn.functional), "hardsigmoid", Kind = OpKind.Activation)]
    public static Tensor hardsigmoid(Tensor input, bool inplace) => Note.Changed(
        input,
        inplace,
        functional.hardsigmoid(Own(input, inplace), inplace),
        $"hardsigmoid({input})");

    /// <summary>Piecewise linear sigmoid.</summary>
    [Lowers(typeof(torch.nn.functional), "hardsigmoid", Kind = OpKind.Activation)]
    [Lowers(typeof(torch.Tensor), "hardsigmoid", Kind = OpKind.Activation)]
    public static Tensor hardsigmoid(Tensor input) => Note.As(input.hardsigmoid(), $"hardsigmoid({input})");

    /// <summary>Piecewise linear sigmoid, in place.</summary>
    [Lowers(typeof(torch.Tensor), "hardsigmoid_", Kind = OpKind.Activation)]
    public static Tensor hardsigmoid_(Tensor input) =>
        Note.InPlace(input, Own(input).hardsigmoid_(), $"hardsigmoid({input})");

    /// <summary>Logistic function.</summary>
    [Lowers(typeof(torch.nn.functional), "sigmoid", Kind = OpKind.Activation)]
    public static Tensor sigmoid(Tensor x, bool inplace) => Note.Changed(
        x,
        inplace,
        functional.sigmoid(Own(x, inplace), inplace),
        $"sigmoid({x})");

    /// <summary>Logistic function.</summary>
    [Lowers(typeof(torch.nn.functional), "sigmoid", Kind = OpKind.Activation)]
    [Lowers(typeof(torch.Tensor), "sigmoid", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "sigmoid", Kind = OpKind.Activation)]
    public static Tensor sigmoid(Tensor x) => Note.As(x.sigmoid(), $"sigmoid({x})");

    /// <summary>Logistic function, in place.</summary>
    [Lowers(typeof(torch.Tensor), "sigmoid_", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "sigmoid_", Kind = OpKind.Activation)]
    public static Tensor sigmoid_(Tensor x) => Note.InPlace(x, Own(x).sigmoid_(), $"sigmoid({x})");

    /// <summary>Hyperbolic tangent.</summary>
    [Lowers(typeof(torch.nn.functional), "tanh", Kind = OpKind.Activation)]
    public static Tensor tanh(Tensor x, bool inplace) => Note.Changed(
        x,
        inplace,
        functional.tanh(Own(x, inplace), inplace),
        $"tanh({x})");

    /// <summary>Hyperbolic tangent.</summary>
    [Lowers(typeof(torch.nn.functional), "tanh", Kind = OpKind.Activation)]
    [Lowers(typeof(torch.Tensor), "tanh", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "tanh", Kind = OpKind.Activation)]
    public static Tensor tanh(Tensor x) => Note.As(x.tanh(), $"tanh({x})");

    /// <summary>Hyperbolic tangent, in place.</summary>
    [Lowers(typeof(torch.Tensor), "tanh_", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "tanh_", Kind = OpKind.Activation)]
    public static Tensor tanh_(Tensor x) => Note.InPlace(x, Own(x).tanh_(), $"tanh({x})");

    /// <summary>Gaussian error linear unit.</summary>
    [Lowers(typeof(torch.nn.functional), "gelu", Kind = OpKind.Activation)]
    [Lowers(typeof(torch.Tensor), "gelu", Kind = OpKind.Activation)]
    public static Tensor gelu(Tensor x) => Note.As(x.gelu(), $"gelu({x})");

    /// <summary>Gaussian error linear unit.</summary>
    [Lowers(typeof(torch.nn.functional), "gelu", Kind = OpKind.Activation)]
    public static Tensor gelu(Tensor x, bool inplace) => Note.Changed(
        x,
        inplace,
        functional.gelu(Own(x, inplace), inplace),
        $"gelu({x})");

    /// <summary>Gaussian error linear unit.</summary>
    [Lowers(typeof(torch.nn.functional), "gelu", Kind = OpKind.Activation)]
    [Lowers(typeof(torch.Tensor), "gelu", Kind = OpKind.Activation)]
    public static Tensor gelu(Tensor x, TorchSharp.Modules.GELU.Approximate approximate) =>
        Note.As(x.gelu(approximate), $"gelu({x}, tanh={approximate == TorchSharp.Modules.GELU.Approximate.tanh})");

    /// <summary>Gaussian error linear unit.</summary>
    [Lowers(typeof(torch.nn.functional), "gelu", Kind = OpKind.Activation)]
    public static Tensor gelu(Tensor x, TorchSharp.Modules.GELU.Approximate approximate, bool inplace) =>
        inplace ? gelu_(x, approximate) : gelu(x, approximate);

    /// <summary>Leaky rectified linear unit.</summary>
    [Lowers(typeof(torch.nn.functional), "leaky_relu", Kind = OpKind.Activation)]
    public static Tensor leaky_relu(Tensor input, double negative_slope = 0.01, bool inplace = false) =>
        inplace ? leaky_relu_(input, negative_slope) : leaky_relu(input, (Scalar)negative_slope);

    /// <summary>Leaky rectified linear unit.</summary>
    [Lowers(typeof(torch.Tensor), "leaky_relu", Kind = OpKind.Activation)]
    public static Tensor leaky_relu(Tensor input, Scalar negative_slope) =>
        Note.As(Keep(input.leaky_relu(negative_slope), negative_slope), $"leaky_relu({input}, slope={negative_slope})");

    /// <summary>Leaky rectified linear unit, in place.</summary>
    [Lowers(typeof(torch.Tensor), "leaky_relu_", Kind = OpKind.Activation)]
    public static Tensor leaky_relu_(Tensor input, Scalar negative_slope) => Note.InPlace(
            input,
            Keep(Own(input).leaky_relu_(negative_slope), negative_slope),
            $"leaky_relu({input}, slope={negative_slope})");

    /// <summary>Exponential linear unit. TorchSharp's does not change its tensor even if it is told to.</summary>
    [Lowers(typeof(torch.nn.functional), "elu", Kind = OpKind.Activation, KeepsTensor = true)]
    public static Tensor elu(Tensor x, double alpha, bool inplace) => elu(x, alpha);

    /// <summary>
    /// Exponential linear unit. TorchSharp's <c>elu_</c> with these arguments does not change its tensor either.
    /// </summary>
    [Lowers(typeof(torch.nn.functional), "elu", Kind = OpKind.Activation)]
    [Lowers(typeof(torch.Tensor), "elu", Kind = OpKind.Activation)]
    [Lowers(typeof(torch.Tensor), "elu_", Kind = OpKind.Activation, KeepsTensor = true)]
    public static Tensor elu(Tensor x, double alpha = 1) => elu(x, alpha, 1.0, 1.0);

    /// <summary>Scaled exponential linear unit with numbers of one's own.</summary>
    [Lowers(typeof(torch.Tensor), "elu", Kind = OpKind.Activation)]
    public static Tensor elu(Tensor x, Scalar alpha, Scalar scale, Scalar input_scale) => Note.As(
            Keep(x.elu(alpha, scale, input_scale), alpha, scale, input_scale),
            $"elu({x}, alpha={alpha}, scale={scale}, input_scale={input_scale})");

    /// <summary>Scaled exponential linear unit with numbers of one's own, in place.</summary>
    [Lowers(typeof(torch.Tensor), "elu_", Kind = OpKind.Activation)]
    public static Tensor elu_(Tensor x, Scalar alpha, Scalar scale, Scalar input_scale) => Note.InPlace(
            x,
            Keep(Own(x).elu_(alpha, scale, input_scale), alpha, scale, input_scale),
            $"elu({x}, alpha={alpha}, scale={scale}, input_scale={input_scale})");

    /// <summary>Continuously differentiable exponential linear unit.</summary>
    [Lowers(typeof(torch.nn.functional), "celu", Kind = OpKind.Activation)]
    public static Tensor celu(Tensor x, double alpha, bool inplace = false)
    {
        using Scalar kept = alpha;
        return inplace ? celu_(x, kept) : celu(x, kept);
    }

    /// <summary>Clips to a range where it is in place; otherwise TorchSharp gives back the tensor as it is.</summary>
    [Lowers(typeof(torch.nn.functional), "hardtanh", Kind = OpKind.Activation)]
    public static Tensor hardtanh(Tensor x, double min_val = -1, double max_val = 1, bool inplace = false) =>
        inplace ? hardtanh_(x, min_val, max_val) : hardtanh(x, (Scalar)min_val, (Scalar)max_val);

    /// <summary>Clips to a range in PyTorch; TorchSharp gives back the tensor as it is.</summary>
    [Lowers(typeof(torch.Tensor), "hardtanh", Kind = OpKind.Activation)]
    public static Tensor hardtanh(Tensor x, Scalar min, Scalar max) =>
        Note.Same(Keep(x.hardtanh(min, max), min, max), x);

    /// <summary>Mish, x·tanh(softplus(x)).</summary>
    [Lowers(typeof(torch.nn.functional), "mish", Kind = OpKind.Activation)]
    public static Tensor mish(Tensor x, bool inplace = false) => Note.Changed(
        x,
        inplace,
        functional.mish(Own(x, inplace), inplace),
        $"mish({x})");

    /// <summary>Mish, x·tanh(softplus(x)).</summary>
    [Lowers(typeof(torch.nn.functional), "Mish", Kind = OpKind.Activation)]
    public static Tensor Mish(Tensor x) => Note.As(functional.mish(x), $"mish({x})");

    /// <summary>Smooth rectified linear unit.</summary>
    [Lowers(typeof(torch.nn.functional), "softplus", Kind = OpKind.Activation)]
    [Lowers(typeof(torch.Tensor), "softplus", Kind = OpKind.Activation)]
    public static Tensor softplus(Tensor x, double beta = 1, double threshold = 20) =>
        Note.As(functional.softplus(x, beta, threshold), $"softplus({x}, beta={beta}, threshold={threshold})");

    /// <summary>x / (1 + |x|).</summary>
    [Lowers(typeof(torch.nn.functional), "softsign", Kind = OpKind.Activation)]
    public static Tensor softsign(Tensor x, bool inplace = false) => Note.Changed(
        x,
        inplace,
        functional.softsign(Own(x, inplace), inplace),
        $"softsign({x})");

    /// <summary>Softmax along a dimension.</summary>
    [Lowers(typeof(torch.nn.functional), "softmax", Kind = OpKind.Activation)]
    [Lowers(typeof(torch.Tensor), "softmax", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "softmax", Kind = OpKind.Activation)]
    public static Tensor softmax(Tensor input, long dim, ScalarType? dtype = null) =>
        Note.As(input.softmax(dim, dtype), $"softmax({input}, dim={dim})");

    /// <summary>Logarithm of softmax along a dimension.</summary>
    [Lowers(typeof(torch.nn.functional), "log_softmax", Kind = OpKind.Activation)]
    public static Tensor log_softmax(Tensor x, long dim) =>
        Note.As(functional.log_softmax(x, dim), $"log_softmax({x}, dim={dim})");

    /// <summary>Logarithm of softmax along a dimension.</summary>
    [Lowers(typeof(torch.Tensor), "log_softmax", Kind = OpKind.Activation)]
    public static Tensor log_softmax(Tensor x, long dim, ScalarType? dtype = null) =>
        Note.As(x.log_softmax(dim, dtype), $"log_softmax({x}, dim={dim})");

    /// <summary>Clips to a range.</summary>
    [Lowers(typeof(torch.Tensor), "clamp", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "clamp", Kind = OpKind.Activation)]
    [Lowers(typeof(torch.Tensor), "clip", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "clip", Kind = OpKind.Activation)]
    public static Tensor clamp(Tensor input, Scalar? min = null, Scalar? max = null) =>
        Note.As(Keep(input.clamp(min, max), min, max), $"clamp({input}, min={min}, max={max})");

    /// <summary>Clips to a range, in place.</summary>
    [Lowers(typeof(torch.Tensor), "clamp_", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "clamp_", Kind = OpKind.Activation)]
    public static Tensor clamp_(Tensor input, Scalar? min = null, Scalar? max = null) =>
        Note.InPlace(input, Keep(Own(input).clamp_(min, max), min, max), $"clamp({input}, min={min}, max={max})");

    /// <summary>Softmax along the channels of images.</summary>
    [Lowers(typeof(torch.nn.functional), "softmax2d", Kind = OpKind.Activation)]
    public static Tensor softmax2d(Tensor x) => Note.As(functional.softmax2d(x), $"softmax({x}, dim=-3)");
}
