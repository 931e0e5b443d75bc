using QDrop.Layers;
using QDrop.Recording;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.CompilerServices;

/// <content>Functions that move, repeat, replace or drop values of one tensor.</content>
public static partial class Ops
{
    /// <summary>A number where the mask is true.</summary>
    [Lowers(typeof(torch.Tensor), "masked_fill", Kind = OpKind.PassThrough)]
    public static Tensor masked_fill(Tensor input, Tensor mask, Scalar value) =>
        Note.As(Keep(input.masked_fill(mask, value), value), $"where({mask}, {value}, {input})");

    /// <summary>A number where the mask is true, in place.</summary>
    [Lowers(typeof(torch.Tensor), "masked_fill_", Kind = OpKind.PassThrough)]
    public static Tensor masked_fill_(Tensor input, Tensor mask, Scalar value) =>
        Note.InPlace(input, Keep(Own(input).masked_fill_(mask, value), value), $"where({mask}, {value}, {input})");

    /// <summary>Reorders dimensions.</summary>
    [Lowers(typeof(torch.Tensor), "permute", Kind = OpKind.PassThrough)]
    public static Tensor permute(Tensor input, IEnumerable<long> permutation) =>
        Note.As(input.permute(permutation), $"permute({input}, order={Dimensions(permutation, input)})");

    /// <summary>Moves a dimension.</summary>
    [Lowers(typeof(torch), "movedim", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "moveaxis", Kind = OpKind.PassThrough)]
    public static Tensor movedim(Tensor input, long source, long destination) =>
        Note.Rearranged(torch.movedim(input, source, destination), input, x => torch.movedim(x, source, destination));

    /// <summary>Moves dimensions.</summary>
    [Lowers(typeof(torch.Tensor), "movedim", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch.Tensor), "moveaxis", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "movedim", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "moveaxis", Kind = OpKind.PassThrough)]
    public static Tensor movedim(Tensor input, long[] source, long[] destination) =>
        Note.Rearranged(input.movedim(source, destination), input, x => x.movedim(source, destination));

    /// <summary>Moves two dimensions.</summary>
    [Lowers(typeof(torch), "moveaxis", Kind = OpKind.PassThrough)]
    public static Tensor moveaxis(Tensor input, (long, long) source, (long, long) destination) =>
        Note.Rearranged(torch.moveaxis(input, source, destination), input, x => torch.moveaxis(x, source, destination));

    /// <summary>Moves three dimensions.</summary>
    [Lowers(typeof(torch), "moveaxis", Kind = OpKind.PassThrough)]
    public static Tensor moveaxis(Tensor input, (long, long, long) source, (long, long, long) destination) =>
        Note.Rearranged(torch.moveaxis(input, source, destination), input, x => torch.moveaxis(x, source, destination));

    /// <summary>Moves four dimensions.</summary>
    [Lowers(typeof(torch), "moveaxis", Kind = OpKind.PassThrough)]
    public static Tensor moveaxis(Tensor input, (long, long, long, long) source,
        (long, long, long, long) destination) =>
        Note.Rearranged(torch.moveaxis(input, source, destination), input, x => torch.moveaxis(x, source, destination));

    /// <summary>Repeats values along dimensions of size 1.</summary>
    [Lowers(typeof(torch.Tensor), "broadcast_to", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "broadcast_to", Kind = OpKind.PassThrough)]
    public static Tensor broadcast_to(Tensor input, params long[] shape) =>
        Note.Expanded(input.broadcast_to(shape), input);

    /// <summary>Tiles values.</summary>
    [Lowers(typeof(torch.Tensor), "tile", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "tile", Kind = OpKind.PassThrough)]
    public static Tensor tile(Tensor input, long[] dims) =>
        Note.Rearranged(input.tile(dims), input, x => x.tile(dims));

    /// <summary>Repeats each value.</summary>
    [Lowers(typeof(torch.Tensor), "repeat_interleave", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "repeat_interleave", Kind = OpKind.PassThrough)]
    public static Tensor repeat_interleave(Tensor input, long repeats, long? dim = null, long? output_size = null) =>
        Note.Rearranged(
        input.repeat_interleave(repeats, dim, output_size),
        input,
        x => x.repeat_interleave(repeats, dim, output_size));

    /// <summary>Repeats each value as often as a number says.</summary>
    [Lowers(typeof(torch.Tensor), "repeat_interleave", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "repeat_interleave", Kind = OpKind.PassThrough)]
    public static Tensor repeat_interleave(Tensor input, Tensor repeats, long? dim = null, long? output_size = null) =>
        Note.None(input.repeat_interleave(repeats, dim, output_size), nameof(repeat_interleave));

    /// <summary>Picks a value for each index.</summary>
    [Lowers(typeof(torch.Tensor), "gather", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "gather", Kind = OpKind.PassThrough)]
    public static Tensor gather(Tensor input, long dim, Tensor index) =>
        Note.As(input.gather(dim, index), $"gather({input}, {index}, dim={dim})");

    /// <summary>Picks a value for each index.</summary>
    [Lowers(typeof(torch), "gather", Kind = OpKind.PassThrough)]
    public static Tensor gather(Tensor input, long dim, Tensor index, bool sparse_grad) =>
        Note.As(torch.gather(input, dim, index, sparse_grad), $"gather({input}, {index}, dim={dim})");

    /// <summary>Splits into parts of nearly equal size.</summary>
    [Lowers(typeof(torch.Tensor), "tensor_split", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "tensor_split", Kind = OpKind.PassThrough)]
    public static Tensor[] tensor_split(Tensor input, long size, long dim = 0) =>
        Note.Parts(input.tensor_split(size, dim), input, dim);

    /// <summary>Splits before given indices.</summary>
    [Lowers(typeof(torch.Tensor), "tensor_split", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "tensor_split", Kind = OpKind.PassThrough)]
    public static Tensor[] tensor_split(Tensor input, long[] sizes, long dim = 0) =>
        Note.Parts(input.tensor_split(sizes, dim), input, dim);

    /// <summary>Splits before given indices.</summary>
    [Lowers(typeof(torch.Tensor), "tensor_split", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "tensor_split", Kind = OpKind.PassThrough)]
    public static Tensor[] tensor_split(Tensor input, Tensor indices, long dim = 0) =>
        Note.Parts(input.tensor_split(indices, dim), input, dim);

    /// <summary>Space to channels.</summary>
    [Lowers(typeof(torch.nn.functional), "pixel_unshuffle", Kind = OpKind.PassThrough)]
    public static Tensor pixel_unshuffle(Tensor input, long downscale_factor) => Note.Rearranged(
        functional.pixel_unshuffle(input, downscale_factor),
        input,
        x => functional.pixel_unshuffle(x, downscale_factor));

    /// <summary>Exchanges channels between groups.</summary>
    [Lowers(typeof(torch.Tensor), "channel_shuffle", Kind = OpKind.PassThrough)]
    public static Tensor channel_shuffle(Tensor input, long groups) =>
        Note.Rearranged(input.channel_shuffle(groups), input, x => x.channel_shuffle(groups));

    /// <summary>Windows of an image as columns.</summary>
    [Lowers(typeof(torch.nn.functional), "unfold", Kind = OpKind.PassThrough)]
    public static Tensor im2col(Tensor input, long kernel_size, long dilation = 1, long padding = 0, long stride = 1) =>
        functional.unfold(input, kernel_size, dilation, padding, stride);

    /// <summary>Windows of an image as columns.</summary>
    [Lowers(typeof(torch.nn.functional), "unfold", Kind = OpKind.PassThrough)]
    public static Tensor im2col(Tensor input, (long, long) kernel_size, (long, long)? dilation = null,
        (long, long)? padding = null, (long, long)? stride = null) =>
        functional.unfold(input, kernel_size, dilation, padding, stride);

    /// <summary>Windows of a dimension.</summary>
    [Lowers(typeof(torch.Tensor), "unfold", Kind = OpKind.PassThrough)]
    public static Tensor unfold(Tensor input, long dimension, long size, long step) =>
        Note.Rearranged(input.unfold(dimension, size, step), input, x => x.unfold(dimension, size, step));

    /// <summary>Resamples to a size.</summary>
    [Lowers(typeof(torch.nn.functional), "upsample", Kind = OpKind.PassThrough)]
    public static Tensor upsample(
        Tensor input,
        long[]? size = null,
        double[]? scale_factor = null,
        UpsampleMode mode = UpsampleMode.Nearest,
        bool align_corners = false) => Resampling.Noted(
            functional.upsample(input, size, scale_factor, mode, align_corners),
            input,
            Resampling.NameOf(mode),
            align_corners);

    /// <summary>Dropout of whole channels, as the model has it.</summary>
    [Lowers(typeof(torch.nn.functional), "dropout1d", Kind = OpKind.PassThrough)]
    public static Tensor dropout1d(Tensor input, double p = 0.5, bool training = true, bool inplace = false) =>
        Note.Dropped(functional.dropout1d(Own(input, inplace), p, training, inplace), input, training);

    /// <summary>Dropout of whole channels, as the model has it.</summary>
    [Lowers(typeof(torch.nn.functional), "dropout3d", Kind = OpKind.PassThrough)]
    public static Tensor dropout3d(Tensor input, double p = 0.5, bool training = true, bool inplace = false) =>
        Note.Dropped(functional.dropout3d(Own(input, inplace), p, training, inplace), input, training);

    /// <summary>Dropout that keeps mean and deviation, as the model has it.</summary>
    [Lowers(typeof(torch.nn.functional), "alpha_dropout", Kind = OpKind.PassThrough)]
    public static Tensor alpha_dropout(Tensor input, double p = 0.5, bool training = false, bool inplace = false) =>
        Note.Dropped(functional.alpha_dropout(Own(input, inplace), p, training, inplace), input, training);

    /// <summary>Columns as windows of an image, which are added up.</summary>
    [Lowers(typeof(torch.nn.functional), "fold", Kind = OpKind.PassThrough)]
    public static Tensor col2im(Tensor input, long output_size, long kernel_size, long dilation = 1, long padding = 0,
        long stride = 1) => functional.fold(input, output_size, kernel_size, dilation, padding, stride);

    /// <summary>Columns as windows of an image, which are added up.</summary>
    [Lowers(typeof(torch.nn.functional), "fold", Kind = OpKind.PassThrough)]
    public static Tensor col2im(Tensor input, (long, long) output_size, (long, long) kernel_size,
        (long, long)? dilation = null, (long, long)? padding = null, (long, long)? stride = null) =>
        functional.fold(input, output_size, kernel_size, dilation, padding, stride);

    /// <summary>Places of an image at which a transformation samples it.</summary>
    [Lowers(typeof(torch.nn.functional), "affine_grid", Kind = OpKind.PassThrough)]
    public static Tensor affine_grid(Tensor theta, long[]? size = null, bool align_corners = false) =>
        functional.affine_grid(theta, size, align_corners);

    /// <summary>Resamples to a size, between the nearest values.</summary>
    [Lowers(typeof(torch.nn.functional), "upsample_bilinear", Kind = OpKind.PassThrough)]
    public static Tensor upsample_bilinear(Tensor x, long[]? size = null, double[]? scale_factor = null,
        bool align_corners = false) => Resampling.Noted(
            functional.upsample_bilinear(x, size, scale_factor, align_corners), x, "linear", align_corners);
}
