using QDrop.Recording;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.CompilerServices;

/// <content>Pooling over windows.</content>
public static partial class Ops
{
    /// <summary>Maximum over windows, <c>[N, C, L]</c>.</summary>
    [Lowers(typeof(torch.nn.functional), "max_pool1d", Kind = OpKind.PassThrough)]
    public static Tensor max_pool1d(
        Tensor input,
        long kernel_size,
        long? stride = null,
        long? padding = null,
        long? dilation = null,
        bool ceil_mode = false) => Note.As(
            functional.max_pool1d(input, kernel_size, stride, padding, dilation, ceil_mode),
            $"max_pool({input}, kernel={Sizes(kernel_size, 1)}, "
                + $"stride={Sizes(stride, 1) ?? Sizes(kernel_size, 1)}, padding={Sizes(padding, 1)}, "
                + $"dilation={Sizes(dilation, 1)}, ceil={ceil_mode})");

    /// <summary>Maximum over windows, <c>[N, C, H, W]</c>.</summary>
    [Lowers(typeof(torch.nn.functional), "max_pool2d", Kind = OpKind.PassThrough)]
    public static Tensor max_pool2d(
        Tensor input,
        long kernel_size,
        long? stride = null,
        long? padding = null,
        long? dilation = null,
        bool ceil_mode = false) => Note.As(
            functional.max_pool2d(input, kernel_size, stride, padding, dilation, ceil_mode),
            $"max_pool({input}, kernel={Sizes(kernel_size, 2)}, "
                + $"stride={Sizes(stride, 2) ?? Sizes(kernel_size, 2)}, padding={Sizes(padding, 2)}, "
                + $"dilation={Sizes(dilation, 2)}, ceil={ceil_mode})");

    /// <summary>Maximum over windows, <c>[N, C, H, W]</c>.</summary>
    [Lowers(typeof(torch.nn.functional), "max_pool2d", Kind = OpKind.PassThrough)]
    public static Tensor max_pool2d(
        Tensor input,
        (long, long) kernel_size,
        (long, long)? stride = null,
        (long, long)? padding = null,
        (long, long)? dilation = null,
        bool ceil_mode = false) => Note.As(
            functional.max_pool2d(input, kernel_size, stride, padding, dilation, ceil_mode),
            $"max_pool({input}, kernel={Sizes(kernel_size, 2)}, "
                + $"stride={Sizes(stride, 2) ?? Sizes(kernel_size, 2)}, padding={Sizes(padding, 2)}, "
                + $"dilation={Sizes(dilation, 2)}, ceil={ceil_mode})");

    /// <summary>Maximum over windows, <c>[N, C, H, W]</c>.</summary>
    [Lowers(typeof(torch.nn.functional), "max_pool2d", Kind = OpKind.PassThrough)]
    public static Tensor max_pool2d(
        Tensor input,
        long[] kernel_size,
        long[]? strides = null,
        long[]? padding = null,
        long[]? dilation = null,
        bool ceil_mode = false) => Note.As(
            functional.max_pool2d(input, kernel_size, strides, padding, dilation, ceil_mode),
            $"max_pool({input}, kernel={Sizes(kernel_size, 2)}, "
                + $"stride={Sizes(strides, 2) ?? Sizes(kernel_size, 2)}, padding={Sizes(padding, 2)}, "
                + $"dilation={Sizes(dilation, 2)}, ceil={ceil_mode})");

    /// <summary>Mean over windows, <c>[N, C, L]</c>.</summary>
    [Lowers(typeof(torch.nn.functional), "avg_pool1d", Kind = OpKind.PassThrough)]
    public static Tensor avg_pool1d(
        Tensor input,
        long kernel_size,
        long? stride = null,
        long? padding = null,
        bool ceil_mode = false,
        bool count_include_pad = true
    ) => Note.As(
            functional.avg_pool1d(input, kernel_size, stride, padding, ceil_mode, count_include_pad),
            $"avg_pool({input}, kernel={Sizes(kernel_size, 1)}, "
                + $"stride={Sizes(stride, 1) ?? Sizes(kernel_size, 1)}, padding={Sizes(padding, 1)}, "
                + $"ceil={ceil_mode}, include_pad={count_include_pad})");

    /// <summary>Mean over windows, <c>[N, C, H, W]</c>.</summary>
    [Lowers(typeof(torch.nn.functional), "avg_pool2d", Kind = OpKind.PassThrough)]
    public static Tensor avg_pool2d(
        Tensor input,
        long kernel_size,
        long? stride = null,
        long padding = 0,
        bool ceil_mode = false,
        bool count_include_pad = true,
        long? divisor_override = null
    ) => Note.As(
            functional.avg_pool2d(input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override),
            $"avg_pool({input}, kernel={Sizes(kernel_size, 2)}, "
                + $"stride={Sizes(stride, 2) ?? Sizes(kernel_size, 2)}, padding={Sizes(padding, 2)}, "
                + $"ceil={ceil_mode}, include_pad={count_include_pad}, divisor={divisor_override})");

    /// <summary>Mean over windows, <c>[N, C, H, W]</c>.</summary>
    [Lowers(typeof(torch.nn.functional), "avg_pool2d", Kind = OpKind.PassThrough)]
    public static Tensor avg_pool2d(
        Tensor input,
        (long, long) kernel_size,
        (long, long)? stride = null,
        (long, long)? padding = null,
        bool ceil_mode = false,
        bool count_include_pad = true,
        long? divisor_override = null
    ) => Note.As(
            functional.avg_pool2d(input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override),
            $"avg_pool({input}, kernel={Sizes(kernel_size, 2)}, "
                + $"stride={Sizes(stride, 2) ?? Sizes(kernel_size, 2)}, padding={Sizes(padding, 2)}, "
                + $"ceil={ceil_mode}, include_pad={count_include_pad}, divisor={divisor_override})");

    /// <summary>Mean over windows, <c>[N, C, H, W]</c>.</summary>
    [Lowers(typeof(torch.nn.functional), "avg_pool2d", Kind = OpKind.PassThrough)]
    public static Tensor avg_pool2d(
        Tensor input,
        long[] kernel_size,
        long[]? stride = null,
        long[]? padding = null,
        bool ceil_mode = false,
        bool count_include_pad = true,
        long? divisor_override = null
    ) => Note.As(
            functional.avg_pool2d(input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override),
            $"avg_pool({input}, kernel={Sizes(kernel_size, 2)}, "
                + $"stride={Sizes(stride, 2) ?? Sizes(kernel_size, 2)}, padding={Sizes(padding, 2)}, "
                + $"ceil={ceil_mode}, include_pad={count_include_pad}, divisor={divisor_override})");

    /// <summary>Mean over windows, to a given length.</summary>
    [Lowers(typeof(torch.nn.functional), "adaptive_avg_pool1d", Kind = OpKind.PassThrough)]
    public static Tensor adaptive_avg_pool1d(Tensor input, long output_size) => Note.As(
            functional.adaptive_avg_pool1d(input, output_size),
            $"adaptive_avg_pool({input}, sizes=[{output_size}])");

    /// <summary>Mean over windows, to a given size.</summary>
    [Lowers(typeof(torch.nn.functional), "adaptive_avg_pool2d", Kind = OpKind.PassThrough)]
    public static Tensor adaptive_avg_pool2d(Tensor input, long output_size) => Note.As(
            functional.adaptive_avg_pool2d(input, output_size),
            $"adaptive_avg_pool({input}, sizes=[{output_size}, {output_size}])");

    /// <summary>Mean over windows, to a given size.</summary>
    [Lowers(typeof(torch.nn.functional), "adaptive_avg_pool2d", Kind = OpKind.PassThrough)]
    public static Tensor adaptive_avg_pool2d(Tensor input, (long, long) output_size) => Note.As(
            functional.adaptive_avg_pool2d(input, output_size),
            $"adaptive_avg_pool({input}, sizes=[{output_size.Item1}, {output_size.Item2}])");

    /// <summary>Mean over windows, to a given size.</summary>
    [Lowers(typeof(torch.nn.functional), "adaptive_avg_pool2d", Kind = OpKind.PassThrough)]
    public static Tensor adaptive_avg_pool2d(Tensor input, long[] output_size) =>
        Note.As(functional.adaptive_avg_pool2d(input, output_size), $"adaptive_avg_pool({input}, sizes={output_size})");

    /// <summary>Maximum over windows, to a given length.</summary>
    [Lowers(typeof(torch.nn.functional), "adaptive_max_pool1d", Kind = OpKind.PassThrough)]
    public static Tensor adaptive_max_pool1d(Tensor input, long output_size) => Note.As(
            functional.adaptive_max_pool1d(input, output_size),
            $"adaptive_max_pool({input}, sizes=[{output_size}])");

    /// <summary>Maximum over windows, to a given size.</summary>
    [Lowers(typeof(torch.nn.functional), "adaptive_max_pool2d", Kind = OpKind.PassThrough)]
    public static Tensor adaptive_max_pool2d(Tensor input, long[] output_size) =>
        Note.As(functional.adaptive_max_pool2d(input, output_size), $"adaptive_max_pool({input}, sizes={output_size})");

    /// <summary>Maximum over windows, <c>[N, C, H, W]</c>, and where it is.</summary>
    [Lowers(typeof(torch.nn.functional), "max_pool2d_with_indices", Kind = OpKind.PassThrough)]
    public static (Tensor output, Tensor indices) max_pool2d_with_indices(
        Tensor input,
        long[] kernel_size,
        long[]? strides = null,
        long[]? padding = null,
        long[]? dilation = null,
        bool ceil_mode = false) =>
        functional.max_pool2d_with_indices(input, kernel_size, strides, padding, dilation, ceil_mode);

    /// <summary>Puts values where the maximum over windows was, <c>[N, C, H, W]</c>.</summary>
    [Lowers(typeof(torch.nn.functional), "max_unpool2d", Kind = OpKind.PassThrough)]
    public static Tensor max_unpool2d(
        Tensor input,
        Tensor indices,
        long[] kernel_size,
        long[]? stride = null,
        long[]? padding = null,
        long[]? output_size = null) =>
        functional.max_unpool2d(input, indices, kernel_size, stride, padding, output_size);
}
