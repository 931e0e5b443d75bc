using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.CompilerServices;

/// <content>Standard deviations and variances.</content>
public static partial class Ops
{
    /// <summary>Standard deviation of all values.</summary>
    [Lowers(typeof(torch.Tensor), "std", Kind = OpKind.Activation, Shape = ShapeEffect.Changes)]
    [Lowers(typeof(torch), "std", Kind = OpKind.Activation, Shape = ShapeEffect.Changes)]
    public static Tensor std(Tensor input, bool unbiased = true) => input.std(unbiased);

    /// <summary>Standard deviation over a dimension.</summary>
    [Lowers(typeof(torch.Tensor), "std", Kind = OpKind.Activation, Shape = ShapeEffect.Changes)]
    [Lowers(typeof(torch), "std", Kind = OpKind.Activation, Shape = ShapeEffect.Changes)]
    public static Tensor std(Tensor input, long dim, bool unbiased = true, bool keepdim = false,
        ScalarType? type = null) => input.std(dim, unbiased, keepdim, type);

    /// <summary>Standard deviation over dimensions.</summary>
    [Lowers(typeof(torch.Tensor), "std", Kind = OpKind.Activation, Shape = ShapeEffect.Changes)]
    [Lowers(typeof(torch), "std", Kind = OpKind.Activation, Shape = ShapeEffect.Changes)]
    public static Tensor std(Tensor input, long[] dimensions, bool unbiased = true, bool keepdim = false,
        ScalarType? type = null) => input.std(dimensions, unbiased, keepdim, type);

    /// <summary>Standard deviation over dimensions.</summary>
    [Lowers(typeof(torch.Tensor), "std", Kind = OpKind.Activation, Shape = ShapeEffect.Changes)]
    public static Tensor std(Tensor input, ReadOnlySpan<long> dimensions, bool unbiased = true, bool keepdim = false,
        ScalarType? type = null) => input.std(dimensions, unbiased, keepdim, type);

    /// <summary>Standard deviation over two dimensions.</summary>
    [Lowers(typeof(torch.Tensor), "std", Kind = OpKind.Activation, Shape = ShapeEffect.Changes)]
    [Lowers(typeof(torch), "std", Kind = OpKind.Activation, Shape = ShapeEffect.Changes)]
    public static Tensor std(Tensor input, (long, long) dim, bool unbiased = true, bool keepdim = false,
        ScalarType? type = null) => input.std(dim, unbiased, keepdim, type);

    /// <summary>Standard deviation over three dimensions.</summary>
    [Lowers(typeof(torch.Tensor), "std", Kind = OpKind.Activation, Shape = ShapeEffect.Changes)]
    [Lowers(typeof(torch), "std", Kind = OpKind.Activation, Shape = ShapeEffect.Changes)]
    public static Tensor std(Tensor input, (long, long, long) dim, bool unbiased = true, bool keepdim = false,
        ScalarType? type = null) => input.std(dim, unbiased, keepdim, type);

    /// <summary>Variance of all values.</summary>
    [Lowers(typeof(torch.Tensor), "var", Kind = OpKind.Activation, Shape = ShapeEffect.Changes)]
    [Lowers(typeof(torch), "var", Kind = OpKind.Activation, Shape = ShapeEffect.Changes)]
    public static Tensor var(Tensor input, bool unbiased = true) => input.var(unbiased);

    /// <summary>Variance over a dimension.</summary>
    [Lowers(typeof(torch.Tensor), "var", Kind = OpKind.Activation, Shape = ShapeEffect.Changes)]
    [Lowers(typeof(torch), "var", Kind = OpKind.Activation, Shape = ShapeEffect.Changes)]
    public static Tensor var(Tensor input, long dim, bool unbiased = true, bool keepdim = false,
        ScalarType? type = null) => input.var(dim, unbiased, keepdim, type);

    /// <summary>Variance over dimensions.</summary>
    [Lowers(typeof(torch.Tensor), "var", Kind = OpKind.Activation, Shape = ShapeEffect.Changes)]
    [Lowers(typeof(torch), "var", Kind = OpKind.Activation, Shape = ShapeEffect.Changes)]
    public static Tensor var(Tensor input, long[] dimensions, bool unbiased = true, bool keepdim = false,
        ScalarType? type = null) => input.var(dimensions, unbiased, keepdim, type);

    /// <summary>Variance over dimensions.</summary>
    [Lowers(typeof(torch.Tensor), "var", Kind = OpKind.Activation, Shape = ShapeEffect.Changes)]
    public static Tensor var(Tensor input, ReadOnlySpan<long> dimensions, bool unbiased = true, bool keepdim = false,
        ScalarType? type = null) => input.var(dimensions, unbiased, keepdim, type);

    /// <summary>Variance over two dimensions.</summary>
    [Lowers(typeof(torch.Tensor), "var", Kind = OpKind.Activation, Shape = ShapeEffect.Changes)]
    [Lowers(typeof(torch), "var", Kind = OpKind.Activation, Shape = ShapeEffect.Changes)]
    public static Tensor var(Tensor input, (long, long) dim, bool unbiased = true, bool keepdim = false,
        ScalarType? type = null) => input.var(dim, unbiased, keepdim, type);

    /// <summary>Variance over three dimensions.</summary>
    [Lowers(typeof(torch.Tensor), "var", Kind = OpKind.Activation, Shape = ShapeEffect.Changes)]
    [Lowers(typeof(torch), "var", Kind = OpKind.Activation, Shape = ShapeEffect.Changes)]
    public static Tensor var(Tensor input, (long, long, long) dim, bool unbiased = true, bool keepdim = false,
        ScalarType? type = null) => input.var(dim, unbiased, keepdim, type);
}
