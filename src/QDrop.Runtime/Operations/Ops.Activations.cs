using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.CompilerServices;

/// <content>Functions of one tensor whose value is quantized after them.</content>
public static partial class Ops
{
    /// <summary>Rectified linear unit.</summary>
    [Lowers(typeof(torch.nn.functional), "relu", Kind = OpKind.Activation)]
    public static Tensor relu(Tensor x, bool inplace) => functional.relu(Own(x, inplace), inplace);

    /// <summary>Rectified linear unit.</summary>
    [Lowers(typeof(torch.nn.functional), "relu", Kind = OpKind.Activation)]
    [Lowers(typeof(torch.Tensor), "relu", Kind = OpKind.Activation)]
    public static Tensor relu(Tensor x) => x.relu();

    /// <summary>Rectified linear unit, in place.</summary>
    [Lowers(typeof(torch.Tensor), "relu_", Kind = OpKind.Activation)]
    public static Tensor relu_(Tensor x) => Own(x).relu_();

    /// <summary>Rectified linear unit, clipped at 6.</summary>
    [Lowers(typeof(torch.nn.functional), "relu6", Kind = OpKind.Activation)]
    public static Tensor relu6(Tensor x, bool inplace) => functional.relu6(Own(x, inplace), inplace);

    /// <summary>Rectified linear unit, clipped at 6.</summary>
    [Lowers(typeof(torch.nn.functional), "relu6", Kind = OpKind.Activation)]
    [Lowers(typeof(torch.Tensor), "relu6", Kind = OpKind.Activation)]
    public static Tensor relu6(Tensor x) => x.relu6();

    /// <summary>Rectified linear unit, clipped at 6, in place.</summary>
    [Lowers(typeof(torch.Tensor), "relu6_", Kind = OpKind.Activation)]
    public static Tensor relu6_(Tensor x) => Own(x).relu6_();

    /// <summary>Sigmoid-weighted linear unit, x·σ(x).</summary>
    [Lowers(typeof(torch.nn.functional), "silu", Kind = OpKind.Activation)]
    public static Tensor silu(Tensor x, bool inplace) => functional.silu(Own(x, inplace), inplace);

    /// <summary>Sigmoid-weighted linear unit, x·σ(x).</summary>
    [Lowers(typeof(torch.nn.functional), "silu", Kind = OpKind.Activation)]
    [Lowers(typeof(torch.Tensor), "silu", Kind = OpKind.Activation)]
    public static Tensor silu(Tensor x) => x.silu();

    /// <summary>Sigmoid-weighted linear unit, x·σ(x), in place.</summary>
    [Lowers(typeof(torch.Tensor), "silu_", Kind = OpKind.Activation)]
    public static Tensor silu_(Tensor x) => Own(x).silu_();

    /// <summary>Sigmoid-weighted linear unit, x·σ(x).</summary>
    [Lowers(typeof(torch.nn.functional), "SiLU", Kind = OpKind.Activation)]
    public static Tensor SiLU(Tensor x, bool inplace = false) => functional.silu(Own(x, inplace), inplace);

    /// <summary>Scaled exponential linear unit.</summary>
    [Lowers(typeof(torch.nn.functional), "selu", Kind = OpKind.Activation)]
    public static Tensor selu(Tensor x, bool inplace) => functional.selu(Own(x, inplace), inplace);

    /// <summary>Scaled exponential linear unit.</summary>
    [Lowers(typeof(torch.nn.functional), "selu", Kind = OpKind.Activation)]
    [Lowers(typeof(torch.Tensor), "selu", Kind = OpKind.Activation)]
    public static Tensor selu(Tensor x) => x.selu();

    /// <summary>Scaled exponential linear unit, in place.</summary>
    [Lowers(typeof(torch.Tensor), "selu_", Kind = OpKind.Activation)]
    public static Tensor selu_(Tensor x) => Own(x).selu_();

    /// <summary>Piecewise linear swish.</summary>
    [Lowers(typeof(torch.nn.functional), "hardswish", Kind = OpKind.Activation)]
    public static Tensor hardswish(Tensor input, bool inplace) => functional.hardswish(Own(input, inplace), inplace);

    /// <summary>Piecewise linear swish.</summary>
    [Lowers(typeof(torch.nn.functional), "hardswish", Kind = OpKind.Activation)]
    [Lowers(typeof(torch.Tensor), "hardswish", Kind = OpKind.Activation)]
    public static Tensor hardswish(Tensor input) => input.hardswish();

    /// <summary>Piecewise linear swish, in place.</summary>
    [Lowers(typeof(torch.Tensor), "hardswish_", Kind = OpKind.Activation)]
    public static Tensor hardswish_(Tensor input) => Own(input).hardswish_();

    /// <summary>Piecewise linear sigmoid.</summary>
    [Lowers(typeof(torch.nn.functional), "hardsigmoid", Kind = OpKind.Activation)]
    public static Tensor hardsigmoid(Tensor input, bool inplace) =>
        functional.hardsigmoid(Own(input, inplace), inplace);

    /// <summary>Piecewise linear sigmoid.</summary>
    [Lowers(typeof(torch.nn.functional), "hardsigmoid", Kind = OpKind.Activation)]
    [Lowers(typeof(torch.Tensor), "hardsigmoid", Kind = OpKind.Activation)]
    public static Tensor hardsigmoid(Tensor input) => input.hardsigmoid();

    /// <summary>Piecewise linear sigmoid, in place.</summary>
    [Lowers(typeof(torch.Tensor), "hardsigmoid_", Kind = OpKind.Activation)]
    public static Tensor hardsigmoid_(Tensor input) => Own(input).hardsigmoid_();

    /// <summary>Logistic function.</summary>
    [Lowers(typeof(torch.nn.functional), "sigmoid", Kind = OpKind.Activation)]
    public static Tensor sigmoid(Tensor x, bool inplace) => functional.sigmoid(Own(x, inplace), inplace);

    /// <summary>Logistic function.</summary>
    [Lowers(typeof(torch.nn.functional), "sigmoid", Kind = OpKind.Activation)]
    [Lowers(typeof(torch.Tensor), "sigmoid", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "sigmoid", Kind = OpKind.Activation)]
    public static Tensor sigmoid(Tensor x) => x.sigmoid();

    /// <summary>Logistic function, in place.</summary>
    [Lowers(typeof(torch.Tensor), "sigmoid_", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "sigmoid_", Kind = OpKind.Activation)]
    public static Tensor sigmoid_(Tensor x) => Own(x).sigmoid_();

    /// <summary>Hyperbolic tangent.</summary>
    [Lowers(typeof(torch.nn.functional), "tanh", Kind = OpKind.Activation)]
    public static Tensor tanh(Tensor x, bool inplace) => functional.tanh(Own(x, inplace), inplace);

    /// <summary>Hyperbolic tangent.</summary>
    [Lowers(typeof(torch.nn.functional), "tanh", Kind = OpKind.Activation)]
    [Lowers(typeof(torch.Tensor), "tanh", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "tanh", Kind = OpKind.Activation)]
    public static Tensor tanh(Tensor x) => x.tanh();

    /// <summary>Hyperbolic tangent, in place.</summary>
    [Lowers(typeof(torch.Tensor), "tanh_", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "tanh_", Kind = OpKind.Activation)]
    public static Tensor tanh_(Tensor x) => Own(x).tanh_();

    /// <summary>Gaussian error linear unit.</summary>
    [Lowers(typeof(torch.nn.functional), "gelu", Kind = OpKind.Activation)]
    [Lowers(typeof(torch.Tensor), "gelu", Kind = OpKind.Activation)]
    public static Tensor gelu(Tensor x) => x.gelu();

    /// <summary>Gaussian error linear unit.</summary>
    [Lowers(typeof(torch.nn.functional), "gelu", Kind = OpKind.Activation)]
    public static Tensor gelu(Tensor x, bool inplace) => functional.gelu(Own(x, inplace), inplace);

    /// <summary>Gaussian error linear unit.</summary>
    [Lowers(typeof(torch.nn.functional), "gelu", Kind = OpKind.Activation)]
    [Lowers(typeof(torch.Tensor), "gelu", Kind = OpKind.Activation)]
    public static Tensor gelu(Tensor x, TorchSharp.Modules.GELU.Approximate approximate) => x.gelu(approximate);

    /// <summary>Gaussian error linear unit.</summary>
    [Lowers(typeof(torch.nn.functional), "gelu", Kind = OpKind.Activation)]
    public static Tensor gelu(Tensor x, TorchSharp.Modules.GELU.Approximate approximate, bool inplace) =>
        functional.gelu(Own(x, inplace), approximate, inplace);

    /// <summary>Leaky rectified linear unit.</summary>
    [Lowers(typeof(torch.nn.functional), "leaky_relu", Kind = OpKind.Activation)]
    public static Tensor leaky_relu(Tensor input, double negative_slope = 0.01, bool inplace = false) =>
        inplace ? leaky_relu_(input, negative_slope) : leaky_relu(input, (Scalar)negative_slope);

    /// <summary>Leaky rectified linear unit.</summary>
    [Lowers(typeof(torch.Tensor), "leaky_relu", Kind = OpKind.Activation)]
    public static Tensor leaky_relu(Tensor input, Scalar negative_slope) =>
        Keep(input.leaky_relu(negative_slope), negative_slope);

    /// <summary>Leaky rectified linear unit, in place.</summary>
    [Lowers(typeof(torch.Tensor), "leaky_relu_", Kind = OpKind.Activation)]
    public static Tensor leaky_relu_(Tensor input, Scalar negative_slope) =>
        Keep(Own(input).leaky_relu_(negative_slope), negative_slope);

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
    public static Tensor elu(Tensor x, Scalar alpha, Scalar scale, Scalar input_scale) =>
        Keep(x.elu(alpha, scale, input_scale), alpha, scale, input_scale);

    /// <summary>Scaled exponential linear unit with numbers of one's own, in place.</summary>
    [Lowers(typeof(torch.Tensor), "elu_", Kind = OpKind.Activation)]
    public static Tensor elu_(Tensor x, Scalar alpha, Scalar scale, Scalar input_scale) =>
        Keep(Own(x).elu_(alpha, scale, input_scale), alpha, scale, input_scale);

    /// <summary>Continuously differentiable exponential linear unit.</summary>
    [Lowers(typeof(torch.nn.functional), "celu", Kind = OpKind.Activation)]
    public static Tensor celu(Tensor x, double alpha, bool inplace = false)
    {
        using Scalar kept = alpha;
        return inplace ? Own(x).celu_(kept) : x.celu(kept);
    }

    /// <summary>Clips to a range where it is in place; otherwise TorchSharp gives back the tensor as it is.</summary>
    [Lowers(typeof(torch.nn.functional), "hardtanh", Kind = OpKind.Activation)]
    public static Tensor hardtanh(Tensor x, double min_val = -1, double max_val = 1, bool inplace = false) =>
        inplace ? hardtanh_(x, min_val, max_val) : hardtanh(x, (Scalar)min_val, (Scalar)max_val);

    /// <summary>Clips to a range in PyTorch; TorchSharp gives back the tensor as it is.</summary>
    [Lowers(typeof(torch.Tensor), "hardtanh", Kind = OpKind.Activation)]
    public static Tensor hardtanh(Tensor x, Scalar min, Scalar max) => Keep(x.hardtanh(min, max), min, max);

    /// <summary>Mish, x·tanh(softplus(x)).</summary>
    [Lowers(typeof(torch.nn.functional), "mish", Kind = OpKind.Activation)]
    public static Tensor mish(Tensor x, bool inplace = false) => functional.mish(Own(x, inplace), inplace);

    /// <summary>Mish, x·tanh(softplus(x)).</summary>
    [Lowers(typeof(torch.nn.functional), "Mish", Kind = OpKind.Activation)]
    public static Tensor Mish(Tensor x) => functional.mish(x);

    /// <summary>Smooth rectified linear unit.</summary>
    [Lowers(typeof(torch.nn.functional), "softplus", Kind = OpKind.Activation)]
    [Lowers(typeof(torch.Tensor), "softplus", Kind = OpKind.Activation)]
    public static Tensor softplus(Tensor x, double beta = 1, double threshold = 20) =>
        functional.softplus(x, beta, threshold);

    /// <summary>x / (1 + |x|).</summary>
    [Lowers(typeof(torch.nn.functional), "softsign", Kind = OpKind.Activation)]
    public static Tensor softsign(Tensor x, bool inplace = false) => functional.softsign(Own(x, inplace), inplace);

    /// <summary>Softmax along a dimension.</summary>
    [Lowers(typeof(torch.nn.functional), "softmax", Kind = OpKind.Activation)]
    [Lowers(typeof(torch.Tensor), "softmax", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "softmax", Kind = OpKind.Activation)]
    public static Tensor softmax(Tensor input, long dim, ScalarType? dtype = null) => input.softmax(dim, dtype);

    /// <summary>Logarithm of softmax along a dimension.</summary>
    [Lowers(typeof(torch.nn.functional), "log_softmax", Kind = OpKind.Activation)]
    public static Tensor log_softmax(Tensor x, long dim) => functional.log_softmax(x, dim);

    /// <summary>Logarithm of softmax along a dimension.</summary>
    [Lowers(typeof(torch.Tensor), "log_softmax", Kind = OpKind.Activation)]
    public static Tensor log_softmax(Tensor x, long dim, ScalarType? dtype = null) => x.log_softmax(dim, dtype);

    /// <summary>Clips to a range.</summary>
    [Lowers(typeof(torch.Tensor), "clamp", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "clamp", Kind = OpKind.Activation)]
    [Lowers(typeof(torch.Tensor), "clip", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "clip", Kind = OpKind.Activation)]
    public static Tensor clamp(Tensor input, Scalar? min = null, Scalar? max = null) =>
        Keep(input.clamp(min, max), min, max);

    /// <summary>Clips to a range, in place.</summary>
    [Lowers(typeof(torch.Tensor), "clamp_", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "clamp_", Kind = OpKind.Activation)]
    public static Tensor clamp_(Tensor input, Scalar? min = null, Scalar? max = null) =>
        Keep(Own(input).clamp_(min, max), min, max);

    /// <summary>Softmax along the channels of images.</summary>
    [Lowers(typeof(torch.nn.functional), "softmax2d", Kind = OpKind.Activation)]
    public static Tensor softmax2d(Tensor x) => functional.softmax2d(x);
}
