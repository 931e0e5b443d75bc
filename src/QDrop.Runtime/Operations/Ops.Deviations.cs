using QDrop.Recording;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.CompilerServices;

/// <content>Standard deviations and variances.</content>
public static partial class Ops
{
    /// <summary>Standard deviation of all values.</summary>
    [Lowers(typeof(torch.Tensor), "std", Kind = OpKind.Activation, Shape = ShapeEffect.Changes)]
    [Lowers(typeof(torch), "std", Kind = OpKind.Activation, Shape = ShapeEffect.Changes)]
    public static Tensor std(Tensor input, bool unbiased = true) => Note.As(
            input.std(unbiased),
            $"sqrt(div(sum(square(sub({input}, mean({input})))), {Freedom(input, null, unbiased)}))");

    /// <summary>Standard deviation over a dimension.</summary>
    [Lowers(typeof(torch.Tensor), "std", Kind = OpKind.Activation, Shape = ShapeEffect.Changes)]
    [Lowers(typeof(torch), "std", Kind = OpKind.Activation, Shape = ShapeEffect.Changes)]
    public static Tensor std(Tensor input, long dim, bool unbiased = true, bool keepdim = false,
        ScalarType? type = null) => Note.As(
            input.std(dim, unbiased, keepdim, type),
            $"sqrt(div(sum(square(sub({input}, mean({input}, dims=[{dim}], keep=true))), dims=[{dim}], "
                + $"keep={keepdim}), {Freedom(input, new long[] { dim }, unbiased)}))");

    /// <summary>Standard deviation over dimensions.</summary>
    [Lowers(typeof(torch.Tensor), "std", Kind = OpKind.Activation, Shape = ShapeEffect.Changes)]
    [Lowers(typeof(torch), "std", Kind = OpKind.Activation, Shape = ShapeEffect.Changes)]
    public static Tensor std(Tensor input, long[] dimensions, bool unbiased = true, bool keepdim = false,
        ScalarType? type = null) => Note.As(
            input.std(dimensions, unbiased, keepdim, type),
            $"sqrt(div(sum(square(sub({input}, mean({input}, dims={dimensions}, keep=true))), dims={dimensions}, "
                + $"keep={keepdim}), {Freedom(input, dimensions, unbiased)}))");

    /// <summary>Standard deviation over dimensions.</summary>
    [Lowers(typeof(torch.Tensor), "std", Kind = OpKind.Activation, Shape = ShapeEffect.Changes)]
    public static Tensor std(Tensor input, ReadOnlySpan<long> dimensions, bool unbiased = true, bool keepdim = false,
        ScalarType? type = null) => Note.As(
            input.std(dimensions, unbiased, keepdim, type),
            $"sqrt(div(sum(square(sub({input}, mean({input}, dims={dimensions}, keep=true))), dims={dimensions}, "
                + $"keep={keepdim}), {Freedom(input, dimensions.ToArray(), unbiased)}))");

    /// <summary>Standard deviation over two dimensions.</summary>
    [Lowers(typeof(torch.Tensor), "std", Kind = OpKind.Activation, Shape = ShapeEffect.Changes)]
    [Lowers(typeof(torch), "std", Kind = OpKind.Activation, Shape = ShapeEffect.Changes)]
    public static Tensor std(Tensor input, (long, long) dim, bool unbiased = true, bool keepdim = false,
        ScalarType? type = null) => Note.As(
            input.std(dim, unbiased, keepdim, type),
            $"sqrt(div(sum(square(sub({input}, mean({input}, dims=[{dim.Item1}, {dim.Item2}], keep=true))), "
                + $"dims=[{dim.Item1}, {dim.Item2}], keep={keepdim}), "
                + $"{Freedom(input, new long[] { dim.Item1, dim.Item2 }, unbiased)}))");

    /// <summary>Standard deviation over three dimensions.</summary>
    [Lowers(typeof(torch.Tensor), "std", Kind = OpKind.Activation, Shape = ShapeEffect.Changes)]
    [Lowers(typeof(torch), "std", Kind = OpKind.Activation, Shape = ShapeEffect.Changes)]
    public static Tensor std(Tensor input, (long, long, long) dim, bool unbiased = true, bool keepdim = false,
        ScalarType? type = null) => Note.As(
            input.std(dim, unbiased, keepdim, type),
            $"sqrt(div(sum(square(sub({input}, mean({input}, dims=[{dim.Item1}, {dim.Item2}, {dim.Item3}], "
                + $"keep=true))), dims=[{dim.Item1}, {dim.Item2}, {dim.Item3}], keep={keepdim}), "
                + $"{Freedom(input, new long[] { dim.Item1, dim.Item2, dim.Item3 }, unbiased)}))");

    /// <summary>Variance of all values.</summary>
    [Lowers(typeof(torch.Tensor), "var", Kind = OpKind.Activation, Shape = ShapeEffect.Changes)]
    [Lowers(typeof(torch), "var", Kind = OpKind.Activation, Shape = ShapeEffect.Changes)]
    public static Tensor var(Tensor input, bool unbiased = true) => Note.As(
            input.var(unbiased),
            $"div(sum(square(sub({input}, mean({input})))), {Freedom(input, null, unbiased)})");

    /// <summary>Variance over a dimension.</summary>
    [Lowers(typeof(torch.Tensor), "var", Kind = OpKind.Activation, Shape = ShapeEffect.Changes)]
    [Lowers(typeof(torch), "var", Kind = OpKind.Activation, Shape = ShapeEffect.Changes)]
    public static Tensor var(Tensor input, long dim, bool unbiased = true, bool keepdim = false,
        ScalarType? type = null) => Note.As(
            input.var(dim, unbiased, keepdim, type),
            $"div(sum(square(sub({input}, mean({input}, dims=[{dim}], keep=true))), dims=[{dim}], "
                + $"keep={keepdim}), {Freedom(input, new long[] { dim }, unbiased)})");

    /// <summary>Variance over dimensions.</summary>
    [Lowers(typeof(torch.Tensor), "var", Kind = OpKind.Activation, Shape = ShapeEffect.Changes)]
    [Lowers(typeof(torch), "var", Kind = OpKind.Activation, Shape = ShapeEffect.Changes)]
    public static Tensor var(Tensor input, long[] dimensions, bool unbiased = true, bool keepdim = false,
        ScalarType? type = null) => Note.As(
            input.var(dimensions, unbiased, keepdim, type),
            $"div(sum(square(sub({input}, mean({input}, dims={dimensions}, keep=true))), dims={dimensions}, "
                + $"keep={keepdim}), {Freedom(input, dimensions, unbiased)})");

    /// <summary>Variance over dimensions.</summary>
    [Lowers(typeof(torch.Tensor), "var", Kind = OpKind.Activation, Shape = ShapeEffect.Changes)]
    public static Tensor var(Tensor input, ReadOnlySpan<long> dimensions, bool unbiased = true, bool keepdim = false,
        ScalarType? type = null) => Note.As(
            input.var(dimensions, unbiased, keepdim, type),
            $"div(sum(square(sub({input}, mean({input}, dims={dimensions}, keep=true))), dims={dimensions}, "
                + $"keep={keepdim}), {Freedom(input, dimensions.ToArray(), unbiased)})");

    /// <summary>Variance over two dimensions.</summary>
    [Lowers(typeof(torch.Tensor), "var", Kind = OpKind.Activation, Shape = ShapeEffect.Changes)]
    [Lowers(typeof(torch), "var", Kind = OpKind.Activation, Shape = ShapeEffect.Changes)]
    public static Tensor var(Tensor input, (long, long) dim, bool unbiased = true, bool keepdim = false,
        ScalarType? type = null) => Note.As(
            input.var(dim, unbiased, keepdim, type),
            $"div(sum(square(sub({input}, mean({input}, dims=[{dim.Item1}, {dim.Item2}], keep=true))), "
                + $"dims=[{dim.Item1}, {dim.Item2}], keep={keepdim}), "
                + $"{Freedom(input, new long[] { dim.Item1, dim.Item2 }, unbiased)})");

    /// <summary>Variance over three dimensions.</summary>
    [Lowers(typeof(torch.Tensor), "var", Kind = OpKind.Activation, Shape = ShapeEffect.Changes)]
    [Lowers(typeof(torch), "var", Kind = OpKind.Activation, Shape = ShapeEffect.Changes)]
    public static Tensor var(Tensor input, (long, long, long) dim, bool unbiased = true, bool keepdim = false,
        ScalarType? type = null) => Note.As(
            input.var(dim, unbiased, keepdim, type),
            $"div(sum(square(sub({input}, mean({input}, dims=[{dim.Item1}, {dim.Item2}, {dim.Item3}], "
                + $"keep=true))), dims=[{dim.Item1}, {dim.Item2}, {dim.Item3}], keep={keepdim}), "
                + $"{Freedom(input, new long[] { dim.Item1, dim.Item2, dim.Item3 }, unbiased)})");
}
