using QDrop.Layers;
using QDrop.Recording;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.CompilerServices;

/// <content>Functions of one tensor that need no quantizer of their own.</content>
public static partial class Ops
{
    /// <summary>Joins dimensions.</summary>
    [Lowers(typeof(torch.Tensor), "flatten", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "flatten", Kind = OpKind.PassThrough)]
    public static Tensor flatten(Tensor input, long start_dim = 0, long end_dim = -1) =>
        Note.Reshaped(input.flatten(start_dim, end_dim), input);

    /// <summary>Splits a dimension.</summary>
    [Lowers(typeof(torch.Tensor), "unflatten", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "unflatten", Kind = OpKind.PassThrough)]
    public static Tensor unflatten(Tensor input, long dim, params long[] sizes) =>
        Note.Reshaped(input.unflatten(dim, sizes), input);

    /// <summary>Splits a dimension.</summary>
    [Lowers(typeof(torch.Tensor), "unflatten", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "unflatten", Kind = OpKind.PassThrough)]
    public static Tensor unflatten(Tensor input, long dim, torch.Size sizes) =>
        Note.Reshaped(input.unflatten(dim, sizes), input);

    /// <summary>Another shape over the same values.</summary>
    [Lowers(typeof(torch.Tensor), "view", Kind = OpKind.PassThrough)]
    public static Tensor view(Tensor input, params long[] shape) => Note.Reshaped(input.view(shape), input);

    /// <summary>The shape of another tensor over the same values.</summary>
    [Lowers(typeof(torch.Tensor), "view_as", Kind = OpKind.PassThrough)]
    public static Tensor view_as(Tensor input, Tensor other) => Note.Reshaped(input.view_as(other), input);

    /// <summary>Another shape.</summary>
    [Lowers(typeof(torch.Tensor), "reshape", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "reshape", Kind = OpKind.PassThrough)]
    public static Tensor reshape(Tensor input, params long[] shape) => Note.Reshaped(input.reshape(shape), input);

    /// <summary>Drops dimensions of size 1.</summary>
    [Lowers(typeof(torch.Tensor), "squeeze", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "squeeze", Kind = OpKind.PassThrough)]
    public static Tensor squeeze(Tensor input, long? dim = null) => Note.Reshaped(input.squeeze(dim), input);

    /// <summary>Inserts a dimension of size 1.</summary>
    [Lowers(typeof(torch.Tensor), "unsqueeze", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "unsqueeze", Kind = OpKind.PassThrough)]
    public static Tensor unsqueeze(Tensor input, long dim) => Note.Reshaped(input.unsqueeze(dim), input);

    /// <summary>Reorders dimensions.</summary>
    [Lowers(typeof(torch.Tensor), "permute", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "permute", Kind = OpKind.PassThrough)]
    public static Tensor permute(Tensor input, params long[] permutation) =>
        Note.As(input.permute(permutation), $"permute({input}, order={Dimensions(permutation, input)})");

    /// <summary>Exchanges two dimensions.</summary>
    [Lowers(typeof(torch.Tensor), "transpose", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "transpose", Kind = OpKind.PassThrough)]
    public static Tensor transpose(Tensor input, long dim0, long dim1) =>
        Note.As(input.transpose(dim0, dim1), $"permute({input}, order={Exchanged(input, dim0, dim1)})");

    /// <summary>Exchanges two dimensions.</summary>
    [Lowers(typeof(torch.Tensor), "swapaxes", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "swapaxes", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch.Tensor), "swapdims", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "swapdims", Kind = OpKind.PassThrough)]
    public static Tensor swapaxes(Tensor input, long dim0, long dim1) =>
        Note.As(input.transpose(dim0, dim1), $"permute({input}, order={Exchanged(input, dim0, dim1)})");

    /// <summary>Transposes a matrix.</summary>
    [Lowers(typeof(torch.Tensor), "t", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "t", Kind = OpKind.PassThrough)]
    public static Tensor t(Tensor input) => Note.As(input.t(), $"permute({input}, order={Exchanged(input, 0, -1)})");

    /// <summary>The same values in row-major order.</summary>
    [Lowers(typeof(torch.Tensor), "contiguous", Kind = OpKind.PassThrough)]
    public static Tensor contiguous(Tensor input) => Note.Same(input.contiguous(), input);

    /// <summary>A copy.</summary>
    [Lowers(typeof(torch.Tensor), "clone", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    [Lowers(typeof(torch), "clone", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    public static Tensor clone(Tensor input) => Note.Same(input.clone(), input);

    /// <summary>Another handle of the same values.</summary>
    [Lowers(typeof(torch.Tensor), "alias", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    public static Tensor alias(Tensor input) => Note.Same(input.alias(), input);

    /// <summary>Repeats values along dimensions of size 1.</summary>
    [Lowers(typeof(torch.Tensor), "expand", Kind = OpKind.PassThrough)]
    public static Tensor expand(Tensor input, params long[] sizes) => Note.Expanded(input.expand(sizes), input);

    /// <summary>Repeats values along dimensions of size 1.</summary>
    [Lowers(typeof(torch.Tensor), "expand", Kind = OpKind.PassThrough)]
    public static Tensor expand(Tensor input, ReadOnlySpan<long> sizes, bool isImplicit = false) =>
        Note.Expanded(input.expand(sizes, isImplicit), input);

    /// <summary>Repeats values along dimensions of size 1.</summary>
    [Lowers(typeof(torch.Tensor), "expand", Kind = OpKind.PassThrough)]
    public static Tensor expand(Tensor input, torch.Size sizes, bool isImplicit = false) =>
        Note.Expanded(input.expand(sizes, isImplicit), input);

    /// <summary>Repeats values along dimensions of size 1.</summary>
    [Lowers(typeof(torch.Tensor), "expand", Kind = OpKind.PassThrough)]
    public static Tensor expand(Tensor input, long[] sizes, bool isImplicit) =>
        Note.Expanded(input.expand(sizes, isImplicit), input);

    /// <summary>Repeats values to the shape of another tensor.</summary>
    [Lowers(typeof(torch.Tensor), "expand_as", Kind = OpKind.PassThrough)]
    public static Tensor expand_as(Tensor input, Tensor other) => Note.Expanded(input.expand_as(other), input);

    /// <summary>Tiles values.</summary>
    [Lowers(typeof(torch.Tensor), "repeat", Kind = OpKind.PassThrough)]
    public static Tensor repeat(Tensor input, params long[] sizes) =>
        Note.Rearranged(input.repeat(sizes), input, x => x.repeat(sizes));

    /// <summary>Reverses dimensions.</summary>
    [Lowers(typeof(torch.Tensor), "flip", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "flip", Kind = OpKind.PassThrough)]
    public static Tensor flip(Tensor input, params long[] dims) =>
        Note.As(input.flip(dims), $"flip({input}, dims={dims})");

    /// <summary>Mean of all values.</summary>
    [Lowers(typeof(torch.Tensor), "mean", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "mean", Kind = OpKind.PassThrough)]
    public static Tensor mean(Tensor input) => Note.As(input.mean(), $"mean({input})");

    /// <summary>Mean over dimensions.</summary>
    [Lowers(typeof(torch.Tensor), "mean", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "mean", Kind = OpKind.PassThrough)]
    public static Tensor mean(Tensor input, long[] dimensions, bool keepdim = false, ScalarType? type = null) =>
        Note.As(input.mean(dimensions, keepdim, type), $"mean({input}, dims={dimensions}, keep={keepdim})");

    /// <summary>Sum over a dimension.</summary>
    [Lowers(typeof(torch.Tensor), "sum", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "sum", Kind = OpKind.PassThrough)]
    public static Tensor sum(Tensor input, long dim, bool keepdim = false, ScalarType? type = null) =>
        Note.As(input.sum(dim, keepdim, type), $"sum({input}, dims=[{dim}], keep={keepdim})");

    /// <summary>Sum over dimensions.</summary>
    [Lowers(typeof(torch.Tensor), "sum", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "sum", Kind = OpKind.PassThrough)]
    public static Tensor sum(Tensor input, ReadOnlySpan<long> dim, bool keepdim = false, ScalarType? type = null) =>
        Note.As(input.sum(dim, keepdim, type), $"sum({input}, dims={dim}, keep={keepdim})");

    /// <summary>Maximum over dimensions.</summary>
    [Lowers(typeof(torch.Tensor), "amax", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "amax", Kind = OpKind.PassThrough)]
    public static Tensor amax(Tensor input, ReadOnlySpan<long> dims, bool keepdim = false) =>
        Note.As(input.amax(dims, keepdim), $"max({input}, dims={dims}, keep={keepdim})");

    /// <summary>Maximum over dimensions.</summary>
    [Lowers(typeof(torch.Tensor), "amax", Kind = OpKind.PassThrough)]
    public static Tensor amax(Tensor input, params long[] dims) =>
        Note.As(input.amax(dims), $"max({input}, dims={dims})");

    /// <summary>Changes the sign.</summary>
    [Lowers(typeof(torch.Tensor), "neg", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    [Lowers(typeof(torch.Tensor), "op_UnaryNegation", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    [Lowers(typeof(torch), "neg", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    [Lowers(typeof(torch.Tensor), "negative", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    [Lowers(typeof(torch), "negative", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    public static Tensor neg(Tensor tensor) => Note.As(tensor.neg(), $"neg({tensor})");

    /// <summary>The same values without a gradient.</summary>
    [Lowers(typeof(torch.Tensor), "detach", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    public static Tensor detach(Tensor input) => Note.Same(input.detach(), input);

    /// <summary>Dropout, as the model has it.</summary>
    [Lowers(typeof(torch.nn.functional), "dropout", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    public static Tensor dropout(Tensor input, double p = 0.5, bool training = true, bool inplace = false) =>
        Note.Dropped(functional.dropout(Own(input, inplace), p, training, inplace), input, training);

    /// <summary>Dropout of whole channels, as the model has it.</summary>
    [Lowers(typeof(torch.nn.functional), "dropout2d", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    public static Tensor dropout2d(Tensor input, double p = 0.5, bool training = true, bool inplace = false) =>
        Note.Dropped(functional.dropout2d(Own(input, inplace), p, training, inplace), input, training);

    /// <summary>Channels to space.</summary>
    [Lowers(typeof(torch.nn.functional), "pixel_shuffle", Kind = OpKind.PassThrough)]
    public static Tensor pixel_shuffle(Tensor input, long upscale_factor) => Note.Rearranged(
        functional.pixel_shuffle(input, upscale_factor),
        input,
        x => functional.pixel_shuffle(x, upscale_factor));

    /// <summary>Samples an image at the places that a grid gives.</summary>
    [Lowers(typeof(torch.nn.functional), "grid_sample", Kind = OpKind.PassThrough)]
    public static Tensor grid_sample(
        Tensor input,
        Tensor grid,
        GridSampleMode mode = GridSampleMode.Bilinear,
        GridSamplePaddingMode padding_mode = GridSamplePaddingMode.Zeros,
        bool? align_corners = null
    ) => functional.grid_sample(input, grid, mode, padding_mode, align_corners);

    /// <summary>Pads borders, counted from the last dimension.</summary>
    [Lowers(typeof(torch.nn.functional), "pad", Kind = OpKind.PassThrough)]
    public static Tensor pad(Tensor input, long[] pad, PaddingModes mode = PaddingModes.Constant, double value = 0) =>
        ConvolutionPadding.Padded(input, pad, mode, value);

    /// <summary>Pads borders, counted from the last dimension.</summary>
    [Lowers(typeof(torch.nn.functional), "pad", Kind = OpKind.PassThrough)]
    public static Tensor pad(
        Tensor input,
        ReadOnlySpan<long> pad,
        PaddingModes mode = PaddingModes.Constant,
        double value = 0) =>
        ConvolutionPadding.Padded(input, pad.ToArray(), mode, value);

    /// <summary>Pads borders, counted from the last dimension.</summary>
    [Lowers(typeof(torch.nn.functional), "pad", Kind = OpKind.PassThrough)]
    public static Tensor pad(Tensor input, long pad, PaddingModes mode = PaddingModes.Constant, double value = 0) =>
        ConvolutionPadding.Even(functional.pad(input, pad, mode, value), input, mode, value);

    /// <summary>Pads borders, counted from the last dimension.</summary>
    [Lowers(typeof(torch.nn.functional), "pad", Kind = OpKind.PassThrough)]
    public static Tensor pad(
        Tensor input,
        (long, long) pad,
        PaddingModes mode = PaddingModes.Constant,
        double value = 0) =>
        ConvolutionPadding.Padded(input, [pad.Item1, pad.Item2], mode, value);

    /// <summary>Pads borders, counted from the last dimension.</summary>
    [Lowers(typeof(torch.nn.functional), "pad", Kind = OpKind.PassThrough)]
    public static Tensor pad(
        Tensor input,
        (long, long, long, long) pad,
        PaddingModes mode = PaddingModes.Constant,
        double value = 0) =>
        ConvolutionPadding.Padded(input, [pad.Item1, pad.Item2, pad.Item3, pad.Item4], mode, value);

    /// <summary>Resamples to a size.</summary>
    [Lowers(typeof(torch.nn.functional), "interpolate", Kind = OpKind.PassThrough)]
    public static Tensor interpolate(
        Tensor x,
        long[]? size = null,
        double[]? scale_factor = null,
        InterpolationMode mode = InterpolationMode.Nearest,
        bool? align_corners = null,
        bool recompute_scale_factor = false,
        bool antialias = false
    ) => Resampling.Noted(
        functional.interpolate(x, size, scale_factor, mode, align_corners, recompute_scale_factor, antialias),
        x,
        antialias ? null : mode switch
        {
            InterpolationMode.Nearest => "nearest",
            InterpolationMode.Linear or InterpolationMode.Bilinear or InterpolationMode.Trilinear => "linear",
            _ => null,
        },
        align_corners ?? false);
}
