using QDrop.Recording;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.CompilerServices;

/// <content>Functions that mix the values of several tensors.</content>
public static partial class Ops
{
    /// <summary>Moves from the first tensor towards the second, as far as a third says.</summary>
    [Lowers(typeof(torch.Tensor), "lerp", Kind = OpKind.Join)]
    [Lowers(typeof(torch), "lerp", Kind = OpKind.Join)]
    public static Tensor lerp(Tensor input, Tensor end, Tensor weight) =>
        Note.As(input.lerp(end, weight), $"add({input}, mul({weight}, sub({end}, {input})))");

    /// <summary>Adds a number times the product of two tensors.</summary>
    [Lowers(typeof(torch.Tensor), "addcmul", Kind = OpKind.Join)]
    [Lowers(typeof(torch), "addcmul", Kind = OpKind.Join)]
    public static Tensor addcmul(Tensor input, Tensor tensor1, Tensor tensor2, Scalar value) => Note.As(
            Keep(input.addcmul(tensor1, tensor2, value), value),
            $"add({input}, mul({value}, mul({tensor1}, {tensor2})))");

    /// <summary>Its own values where the condition is true, and others elsewhere.</summary>
    [Lowers(typeof(torch.Tensor), "where", Kind = OpKind.Join)]
    public static Tensor keep(Tensor input, Tensor condition, Tensor y) =>
        Note.As(input.where(condition, y), $"where({condition}, {input}, {y})");

    /// <summary>Other values at the indices of a dimension.</summary>
    [Lowers(typeof(torch.Tensor), "scatter", Kind = OpKind.Join)]
    [Lowers(typeof(torch), "scatter", Kind = OpKind.Join)]
    public static Tensor scatter(Tensor input, long dim, Tensor index, Tensor src) => input.scatter(dim, index, src);

    /// <summary>Other values at the indices of a dimension, in place.</summary>
    [Lowers(typeof(torch.Tensor), "scatter_", Kind = OpKind.Join)]
    [Lowers(typeof(torch), "scatter_", Kind = OpKind.Join)]
    public static Tensor scatter_(Tensor input, long dim, Tensor index, Tensor src) =>
        Note.None(Own(input).scatter_(dim, index, src), nameof(scatter_));

    /// <summary>Adds values at the indices of a dimension.</summary>
    [Lowers(typeof(torch.Tensor), "scatter_add", Kind = OpKind.Join)]
    [Lowers(typeof(torch), "scatter_add", Kind = OpKind.Join)]
    public static Tensor scatter_add(Tensor input, long dim, Tensor index, Tensor src) =>
        input.scatter_add(dim, index, src);

    /// <summary>Adds values at the indices of a dimension, in place.</summary>
    [Lowers(typeof(torch.Tensor), "scatter_add_", Kind = OpKind.Join)]
    [Lowers(typeof(torch), "scatter_add_", Kind = OpKind.Join)]
    public static Tensor scatter_add_(Tensor input, long dim, Tensor index, Tensor src) =>
        Note.None(Own(input).scatter_add_(dim, index, src), nameof(scatter_add_));

    /// <summary>Cosines of the angles between vectors.</summary>
    [Lowers(typeof(torch.nn.functional), "cosine_similarity", Kind = OpKind.Join)]
    public static Tensor cosine_similarity(Tensor x1, Tensor x2, long dim = 1, double eps = 1e-8) =>
        functional.cosine_similarity(x1, x2, dim, eps);

    /// <summary>Adds a number times values at the indices of a dimension.</summary>
    [Lowers(typeof(torch.Tensor), "index_add", Kind = OpKind.Join)]
    [Lowers(typeof(torch), "index_add", Kind = OpKind.Join)]
    public static Tensor index_add(Tensor input, long dim, Tensor index, Tensor source, Scalar alpha) =>
        Keep(input.index_add(dim, index, source, alpha), alpha);

    /// <summary>Adds a number times values at the indices of a dimension, in place.</summary>
    [Lowers(typeof(torch.Tensor), "index_add_", Kind = OpKind.Join)]
    [Lowers(typeof(torch), "index_add_", Kind = OpKind.Join)]
    public static Tensor index_add_(Tensor input, long dim, Tensor index, Tensor source, Scalar alpha) =>
        Note.None(Keep(Own(input).index_add_(dim, index, source, alpha), alpha), nameof(index_add_));

    /// <summary>Distances of each vector from each of others.</summary>
    [Lowers(typeof(torch), "cdist", Kind = OpKind.Join)]
    public static Tensor cdist(Tensor x1, Tensor x2, double p = 2,
        compute_mode compute_mode = compute_mode.use_mm_for_euclid_dist_if_necessary) =>
        torch.cdist(x1, x2, p, compute_mode);
}
