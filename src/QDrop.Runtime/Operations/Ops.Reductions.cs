using QDrop.Recording;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.CompilerServices;

/// <content>Sums, extremes and pools that need no quantizer of their own.</content>
public static partial class Ops
{
    /// <summary>Sum of all values.</summary>
    [Lowers(typeof(torch.Tensor), "sum", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "sum", Kind = OpKind.PassThrough)]
    public static Tensor sum(Tensor input, ScalarType? type = null) => Note.As(input.sum(type), $"sum({input})");

    /// <summary>Sum over dimensions.</summary>
    [Lowers(typeof(torch.Tensor), "sum", Kind = OpKind.PassThrough)]
    public static Tensor sum(Tensor input, long[] dim, bool keepdim = false, ScalarType? type = null) =>
        Note.As(input.sum(dim, keepdim, type), $"sum({input}, dims={dim}, keep={keepdim})");

    /// <summary>Sum over two dimensions.</summary>
    [Lowers(typeof(torch.Tensor), "sum", Kind = OpKind.PassThrough)]
    public static Tensor sum(Tensor input, long dim0, long dim1, bool keepdim = false, ScalarType? type = null) =>
        Note.As(input.sum(dim0, dim1, keepdim, type), $"sum({input}, dims=[{dim0}, {dim1}], keep={keepdim})");

    /// <summary>Sum over three dimensions.</summary>
    [Lowers(typeof(torch.Tensor), "sum", Kind = OpKind.PassThrough)]
    public static Tensor sum(Tensor input, long dim0, long dim1, long dim2, bool keepdim = false,
        ScalarType? type = null) => Note.As(
            input.sum(dim0, dim1, dim2, keepdim, type),
            $"sum({input}, dims=[{dim0}, {dim1}, {dim2}], keep={keepdim})");

    /// <summary>The greatest value of all.</summary>
    [Lowers(typeof(torch.Tensor), "max", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "max", Kind = OpKind.PassThrough)]
    public static Tensor max(Tensor input) => Note.As(input.max(), $"max({input})");

    /// <summary>The greatest values of a dimension, and where they are.</summary>
    [Lowers(typeof(torch.Tensor), "max", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "max", Kind = OpKind.PassThrough)]
    public static (Tensor values, Tensor indexes) max(Tensor input, long dim, bool keepdim = false) =>
        input.max(dim, keepdim);

    /// <summary>The least value of all.</summary>
    [Lowers(typeof(torch.Tensor), "min", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "min", Kind = OpKind.PassThrough)]
    public static Tensor min(Tensor input) => Note.As(input.min(), $"min({input})");

    /// <summary>The least values of a dimension, and where they are.</summary>
    [Lowers(typeof(torch.Tensor), "min", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "min", Kind = OpKind.PassThrough)]
    public static (Tensor values, Tensor indexes) min(Tensor input, long dim, bool keepdim = false) =>
        input.min(dim, keepdim);

    /// <summary>The least values of dimensions.</summary>
    [Lowers(typeof(torch.Tensor), "amin", Kind = OpKind.PassThrough)]
    public static Tensor amin(Tensor input, params long[] dims) =>
        Note.As(input.amin(dims), $"min({input}, dims={dims})");

    /// <summary>The least values of dimensions.</summary>
    [Lowers(typeof(torch.Tensor), "amin", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "amin", Kind = OpKind.PassThrough)]
    public static Tensor amin(Tensor input, ReadOnlySpan<long> dims, bool keepdim = false) =>
        Note.As(input.amin(dims, keepdim), $"min({input}, dims={dims}, keep={keepdim})");

    /// <summary>The greatest values of dimensions.</summary>
    [Lowers(typeof(torch.Tensor), "amax", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "amax", Kind = OpKind.PassThrough)]
    public static Tensor amax(Tensor input, long[] dims, bool keepdim = false) =>
        Note.As(input.amax(dims, keepdim), $"max({input}, dims={dims}, keep={keepdim})");

    /// <summary>The least values of dimensions.</summary>
    [Lowers(typeof(torch.Tensor), "amin", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "amin", Kind = OpKind.PassThrough)]
    public static Tensor amin(Tensor input, long[] dims, bool keepdim = false) =>
        Note.As(input.amin(dims, keepdim), $"min({input}, dims={dims}, keep={keepdim})");

    /// <summary>Maximum over windows, <c>[N, C, D, H, W]</c>.</summary>
    [Lowers(typeof(torch.nn.functional), "max_pool3d", Kind = OpKind.PassThrough)]
    public static Tensor max_pool3d(
        Tensor input,
        long[] kernel_size,
        long[]? strides = null,
        long[]? padding = null,
        long[]? dilation = null,
        bool ceil_mode = false) => Note.As(
            functional.max_pool3d(input, kernel_size, strides, padding, dilation, ceil_mode),
            $"max_pool({input}, kernel={Sizes(kernel_size, 3)}, "
                + $"stride={Sizes(strides, 3) ?? Sizes(kernel_size, 3)}, padding={Sizes(padding, 3)}, "
                + $"dilation={Sizes(dilation, 3)}, ceil={ceil_mode})");

    /// <summary>Mean over windows, <c>[N, C, D, H, W]</c>.</summary>
    [Lowers(typeof(torch.nn.functional), "avg_pool3d", Kind = OpKind.PassThrough)]
    public static Tensor avg_pool3d(Tensor input, long[] kernel_size, long[]? stride = null, long[]? padding = null,
        bool ceil_mode = false, bool count_include_pad = true, long? divisor_override = null) => Note.As(
            functional.avg_pool3d(input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override),
            $"avg_pool({input}, kernel={Sizes(kernel_size, 3)}, "
                + $"stride={Sizes(stride, 3) ?? Sizes(kernel_size, 3)}, padding={Sizes(padding, 3)}, "
                + $"ceil={ceil_mode}, include_pad={count_include_pad}, divisor={divisor_override})");

    /// <summary>Mean over windows, to a given size.</summary>
    [Lowers(typeof(torch.nn.functional), "adaptive_avg_pool3d", Kind = OpKind.PassThrough)]
    public static Tensor adaptive_avg_pool3d(Tensor input, long output_size) => Note.As(
            functional.adaptive_avg_pool3d(input, output_size),
            $"adaptive_avg_pool({input}, sizes=[{output_size}, {output_size}, {output_size}])");

    /// <summary>Mean over windows, to a given size.</summary>
    [Lowers(typeof(torch.nn.functional), "adaptive_avg_pool3d", Kind = OpKind.PassThrough)]
    public static Tensor adaptive_avg_pool3d(Tensor input, (long, long, long) output_size) => Note.As(
            functional.adaptive_avg_pool3d(input, output_size),
            $"adaptive_avg_pool({input}, sizes=[{output_size.Item1}, {output_size.Item2}, {output_size.Item3}])");

    /// <summary>Mean over windows, to a given size.</summary>
    [Lowers(typeof(torch.nn.functional), "adaptive_avg_pool3d", Kind = OpKind.PassThrough)]
    public static Tensor adaptive_avg_pool3d(Tensor input, long[] output_size) =>
        Note.As(functional.adaptive_avg_pool3d(input, output_size), $"adaptive_avg_pool({input}, sizes={output_size})");

    /// <summary>Maximum over windows, to a given length: TorchSharp calls what is for <c>[N, C, L]</c>.</summary>
    [Lowers(typeof(torch.nn.functional), "adaptive_max_pool3d", Kind = OpKind.PassThrough)]
    public static Tensor adaptive_max_pool3d(Tensor input, long[] output_size) =>
        Note.As(functional.adaptive_max_pool3d(input, output_size), $"adaptive_max_pool({input}, sizes={output_size})");
}
