using QDrop.Recording;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.CompilerServices;

/// <content>Running sums, products, norms and orders.</content>
public static partial class Ops
{
    /// <summary>Logarithm of the sum of exponentials.</summary>
    [Lowers(typeof(torch.Tensor), "logsumexp", Kind = OpKind.Activation, Shape = ShapeEffect.Changes)]
    [Lowers(typeof(torch), "logsumexp", Kind = OpKind.Activation, Shape = ShapeEffect.Changes)]
    public static Tensor logsumexp(Tensor input, long dim, bool keepdim = false) => Note.As(
            input.logsumexp(dim, keepdim),
            $"add(log(sum(exp(sub({input}, max({input}, dims=[{dim}], keep=true))), dims=[{dim}], "
                + $"keep={keepdim})), max({input}, dims=[{dim}], keep={keepdim}))");

    /// <summary>Sums of all values up to each.</summary>
    [Lowers(typeof(torch.Tensor), "cumsum", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    [Lowers(typeof(torch), "cumsum", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    public static Tensor cumsum(Tensor input, long dim, ScalarType? type = null) =>
        Note.As(input.cumsum(dim, type), $"cumsum({input}, dim={dim})");

    /// <summary>Products of all values up to each.</summary>
    [Lowers(typeof(torch.Tensor), "cumprod", Kind = OpKind.Activation, Shape = ShapeEffect.Keeps)]
    [Lowers(typeof(torch), "cumprod", Kind = OpKind.Activation, Shape = ShapeEffect.Keeps)]
    public static Tensor cumprod(Tensor input, long dim, ScalarType? type = null) => input.cumprod(dim, type);

    /// <summary>Product of all values.</summary>
    [Lowers(typeof(torch.Tensor), "prod", Kind = OpKind.Activation, Shape = ShapeEffect.Changes)]
    [Lowers(typeof(torch), "prod", Kind = OpKind.Activation, Shape = ShapeEffect.Changes)]
    public static Tensor prod(Tensor input, ScalarType? type = null) => Note.As(input.prod(type), $"prod({input})");

    /// <summary>Product over a dimension.</summary>
    [Lowers(typeof(torch.Tensor), "prod", Kind = OpKind.Activation, Shape = ShapeEffect.Changes)]
    [Lowers(typeof(torch), "prod", Kind = OpKind.Activation, Shape = ShapeEffect.Changes)]
    public static Tensor prod(Tensor input, long dim, bool keepdim = false, ScalarType? type = null) =>
        Note.As(input.prod(dim, keepdim, type), $"prod({input}, dims=[{dim}], keep={keepdim})");

    /// <summary>Norm of all values.</summary>
    [Lowers(typeof(torch.Tensor), "norm", Kind = OpKind.Activation, Shape = ShapeEffect.Changes)]
    [Lowers(typeof(torch), "norm", Kind = OpKind.Activation, Shape = ShapeEffect.Changes)]
    public static Tensor norm(Tensor input, float p = 2) => input.norm(p);

    /// <summary>Norms over a dimension.</summary>
    [Lowers(typeof(torch.Tensor), "norm", Kind = OpKind.Activation, Shape = ShapeEffect.Changes)]
    [Lowers(typeof(torch), "norm", Kind = OpKind.Activation, Shape = ShapeEffect.Changes)]
    public static Tensor norm(Tensor input, int dim, bool keepdim = false, float p = 2) => input.norm(dim, keepdim, p);

    /// <summary>The greatest or least values of a dimension, and where they are.</summary>
    [Lowers(typeof(torch.Tensor), "topk", Kind = OpKind.PassThrough)]
    public static (Tensor values, Tensor indexes) topk(Tensor input, int k, int dim = -1, bool largest = true,
        bool sorted = true) => input.topk(k, dim, largest, sorted);

    /// <summary>
    /// The same, as TorchSharp's function has it, whose results have other names than those of the tensor's method.
    /// </summary>
    [Lowers(typeof(torch), "topk", Kind = OpKind.PassThrough)]
    public static (Tensor values, Tensor indices) top(Tensor tensor, int k, int dim = -1, bool largest = true,
        bool sorted = true) => torch.topk(tensor, k, dim, largest, sorted);

    /// <summary>The values of a dimension in order, and where they are.</summary>
    [Lowers(typeof(torch.Tensor), "sort", Kind = OpKind.PassThrough)]
    public static (Tensor Values, Tensor Indices) sort(Tensor input, long dim = -1, bool descending = false,
        bool stable = false) => input.sort(dim, descending, stable);

    /// <summary>
    /// The same, as TorchSharp's function has it, whose results have other names than those of the tensor's method.
    /// </summary>
    [Lowers(typeof(torch), "sort", Kind = OpKind.PassThrough)]
    public static (Tensor values, Tensor indices) order(Tensor input, long dim = -1, bool descending = false,
        bool stable = false) => torch.sort(input, dim, descending, stable);
}
