using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Modules;

/// <content>Functions of one tensor that need no quantizer of their own.</content>
public static partial class Ops
{
    /// <summary>Joins dimensions.</summary>
    [Lowers(typeof(torch.Tensor), "flatten", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "flatten", Kind = OpKind.PassThrough)]
    public static Tensor flatten(Tensor input, long start_dim = 0, long end_dim = -1) => input.flatten(start_dim, end_dim);

    /// <summary>Splits a dimension.</summary>
    [Lowers(typeof(torch.Tensor), "unflatten", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "unflatten", Kind = OpKind.PassThrough)]
    public static Tensor unflatten(Tensor input, long dim, params long[] sizes) => input.unflatten(dim, sizes);

    /// <summary>Another shape over the same values.</summary>
    [Lowers(typeof(torch.Tensor), "view", Kind = OpKind.PassThrough)]
    public static Tensor view(Tensor input, params long[] shape) => input.view(shape);

    /// <summary>The shape of another tensor over the same values.</summary>
    [Lowers(typeof(torch.Tensor), "view_as", Kind = OpKind.PassThrough)]
    public static Tensor view_as(Tensor input, Tensor other) => input.view_as(other);

    /// <summary>Another shape.</summary>
    [Lowers(typeof(torch.Tensor), "reshape", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "reshape", Kind = OpKind.PassThrough)]
    public static Tensor reshape(Tensor input, params long[] shape) => input.reshape(shape);

    /// <summary>Drops dimensions of size 1.</summary>
    [Lowers(typeof(torch.Tensor), "squeeze", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "squeeze", Kind = OpKind.PassThrough)]
    public static Tensor squeeze(Tensor input, long? dim = null) => input.squeeze(dim);

    /// <summary>Inserts a dimension of size 1.</summary>
    [Lowers(typeof(torch.Tensor), "unsqueeze", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "unsqueeze", Kind = OpKind.PassThrough)]
    public static Tensor unsqueeze(Tensor input, long dim) => input.unsqueeze(dim);

    /// <summary>Reorders dimensions.</summary>
    [Lowers(typeof(torch.Tensor), "permute", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "permute", Kind = OpKind.PassThrough)]
    public static Tensor permute(Tensor input, params long[] permutation) => input.permute(permutation);

    /// <summary>Exchanges two dimensions.</summary>
    [Lowers(typeof(torch.Tensor), "transpose", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "transpose", Kind = OpKind.PassThrough)]
    public static Tensor transpose(Tensor input, long dim0, long dim1) => input.transpose(dim0, dim1);

    /// <summary>Exchanges two dimensions.</summary>
    [Lowers(typeof(torch.Tensor), "swapaxes", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "swapaxes", Kind = OpKind.PassThrough)]
    public static Tensor swapaxes(Tensor input, long dim0, long dim1) => input.transpose(dim0, dim1);

    /// <summary>Transposes a matrix.</summary>
    [Lowers(typeof(torch.Tensor), "t", Kind = OpKind.PassThrough)]
    public static Tensor t(Tensor input) => input.t();

    /// <summary>The same values in row-major order.</summary>
    [Lowers(typeof(torch.Tensor), "contiguous", Kind = OpKind.PassThrough)]
    public static Tensor contiguous(Tensor input) => input.contiguous();

    /// <summary>A copy.</summary>
    [Lowers(typeof(torch.Tensor), "clone", Kind = OpKind.PassThrough)]
    public static Tensor clone(Tensor input) => input.clone();

    /// <summary>Another handle of the same values.</summary>
    [Lowers(typeof(torch.Tensor), "alias", Kind = OpKind.PassThrough)]
    public static Tensor alias(Tensor input) => input.alias();

    /// <summary>Repeats values along dimensions of size 1.</summary>
    [Lowers(typeof(torch.Tensor), "expand", Kind = OpKind.PassThrough)]
    public static Tensor expand(Tensor input, params long[] sizes) => input.expand(sizes);

    /// <summary>Repeats values along dimensions of size 1.</summary>
    [Lowers(typeof(torch.Tensor), "expand", Kind = OpKind.PassThrough)]
    public static Tensor expand(Tensor input, ReadOnlySpan<long> sizes, bool isImplicit = false) => input.expand(sizes, isImplicit);

    /// <summary>Repeats values to the shape of another tensor.</summary>
    [Lowers(typeof(torch.Tensor), "expand_as", Kind = OpKind.PassThrough)]
    public static Tensor expand_as(Tensor input, Tensor other) => input.expand_as(other);

    /// <summary>Tiles values.</summary>
    [Lowers(typeof(torch.Tensor), "repeat", Kind = OpKind.PassThrough)]
    public static Tensor repeat(Tensor input, params long[] sizes) => input.repeat(sizes);

    /// <summary>A range of a dimension.</summary>
    [Lowers(typeof(torch.Tensor), "narrow", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "narrow", Kind = OpKind.PassThrough)]
    public static Tensor narrow(Tensor input, long dim, long start, long length) => input.narrow(dim, start, length);

    /// <summary>A range of a dimension with a step.</summary>
    [Lowers(typeof(torch.Tensor), "slice", Kind = OpKind.PassThrough)]
    public static Tensor slice(Tensor input, long dim, long start, long finish, long step) => input.slice(dim, start, finish, step);

    /// <summary>One index of a dimension.</summary>
    [Lowers(typeof(torch.Tensor), "select", Kind = OpKind.PassThrough)]
    public static Tensor select(Tensor input, long dim, long index) => input.select(dim, index);

    /// <summary>Indexing with ranges.</summary>
    [Lowers(typeof(torch.Tensor), "index", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch.Tensor), "this[]", Kind = OpKind.PassThrough)]
    public static Tensor index(Tensor input, params TensorIndex[] indices) => input.index(indices);

    /// <summary>Indexing with positions.</summary>
    [Lowers(typeof(torch.Tensor), "this[]", Kind = OpKind.PassThrough)]
    public static Tensor index(Tensor input, params long[] indices) => input[indices];

    /// <summary>Indexing with a position.</summary>
    [Lowers(typeof(torch.Tensor), "this[]", Kind = OpKind.PassThrough)]
    public static Tensor index(Tensor input, long i1) => input[i1];

    /// <summary>Indexing with two positions.</summary>
    [Lowers(typeof(torch.Tensor), "this[]", Kind = OpKind.PassThrough)]
    public static Tensor index(Tensor input, long i1, long i2) => input[i1, i2];

    /// <summary>Indexing with three positions.</summary>
    [Lowers(typeof(torch.Tensor), "this[]", Kind = OpKind.PassThrough)]
    public static Tensor index(Tensor input, long i1, long i2, long i3) => input[i1, i2, i3];

    /// <summary>Indexing with four positions.</summary>
    [Lowers(typeof(torch.Tensor), "this[]", Kind = OpKind.PassThrough)]
    public static Tensor index(Tensor input, long i1, long i2, long i3, long i4) => input[i1, i2, i3, i4];

    /// <summary>Indexing with five positions.</summary>
    [Lowers(typeof(torch.Tensor), "this[]", Kind = OpKind.PassThrough)]
    public static Tensor index(Tensor input, long i1, long i2, long i3, long i4, long i5) => input[i1, i2, i3, i4, i5];

    /// <summary>Indexing with six positions.</summary>
    [Lowers(typeof(torch.Tensor), "this[]", Kind = OpKind.PassThrough)]
    public static Tensor index(Tensor input, long i1, long i2, long i3, long i4, long i5, long i6) => input[i1, i2, i3, i4, i5, i6];

    /// <summary>Picks indices of a dimension.</summary>
    [Lowers(typeof(torch.Tensor), "index_select", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "index_select", Kind = OpKind.PassThrough)]
    public static Tensor index_select(Tensor input, long dim, Tensor index) => input.index_select(dim, index);

    /// <summary>Reverses dimensions.</summary>
    [Lowers(typeof(torch.Tensor), "flip", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "flip", Kind = OpKind.PassThrough)]
    public static Tensor flip(Tensor input, params long[] dims) => input.flip(dims);

    /// <summary>Rotates values along a dimension.</summary>
    [Lowers(typeof(torch.Tensor), "roll", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "roll", Kind = OpKind.PassThrough)]
    public static Tensor roll(Tensor input, long shifts, long? dims = null) => input.roll(shifts, dims);

    /// <summary>Splits into parts of equal size.</summary>
    [Lowers(typeof(torch.Tensor), "chunk", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "chunk", Kind = OpKind.PassThrough)]
    public static Tensor[] chunk(Tensor input, long chunks, long dim = 0) => input.chunk(chunks, dim);

    /// <summary>Splits into parts of a size.</summary>
    [Lowers(typeof(torch.Tensor), "split", Kind = OpKind.PassThrough)]
    public static Tensor[] split(Tensor input, long size, int dim = 0) => input.split(size, dim);

    /// <summary>Splits into parts of given sizes.</summary>
    [Lowers(typeof(torch.Tensor), "split", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "split", Kind = OpKind.PassThrough)]
    public static Tensor[] split(Tensor input, long[] sizes, long dim = 0) => input.split(sizes, dim);

    /// <summary>Splits into parts of given sizes.</summary>
    [Lowers(typeof(torch.Tensor), "split", Kind = OpKind.PassThrough)]
    public static Tensor[] split(Tensor input, ReadOnlySpan<long> sizes, long dim = 0) => input.split(sizes, dim);

    /// <summary>Splits into the slices of a dimension.</summary>
    [Lowers(typeof(torch.Tensor), "unbind", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "unbind", Kind = OpKind.PassThrough)]
    public static Tensor[] unbind(Tensor input, long dimension = 0) => input.unbind(dimension);

    /// <summary>Mean of all values.</summary>
    [Lowers(typeof(torch.Tensor), "mean", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "mean", Kind = OpKind.PassThrough)]
    public static Tensor mean(Tensor input) => input.mean();

    /// <summary>Mean over dimensions.</summary>
    [Lowers(typeof(torch.Tensor), "mean", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "mean", Kind = OpKind.PassThrough)]
    public static Tensor mean(Tensor input, long[] dimensions, bool keepdim = false, ScalarType? type = null) => input.mean(dimensions, keepdim, type);

    /// <summary>Sum over a dimension.</summary>
    [Lowers(typeof(torch.Tensor), "sum", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "sum", Kind = OpKind.PassThrough)]
    public static Tensor sum(Tensor input, long dim, bool keepdim = false, ScalarType? type = null) => input.sum(dim, keepdim, type);

    /// <summary>Sum over dimensions.</summary>
    [Lowers(typeof(torch.Tensor), "sum", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "sum", Kind = OpKind.PassThrough)]
    public static Tensor sum(Tensor input, ReadOnlySpan<long> dim, bool keepdim = false, ScalarType? type = null) => input.sum(dim, keepdim, type);

    /// <summary>Maximum over dimensions.</summary>
    [Lowers(typeof(torch.Tensor), "amax", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "amax", Kind = OpKind.PassThrough)]
    public static Tensor amax(Tensor input, ReadOnlySpan<long> dims, bool keepdim = false) => input.amax(dims, keepdim);

    /// <summary>Maximum over dimensions.</summary>
    [Lowers(typeof(torch.Tensor), "amax", Kind = OpKind.PassThrough)]
    public static Tensor amax(Tensor input, params long[] dims) => input.amax(dims);

    /// <summary>Changes the sign.</summary>
    [Lowers(typeof(torch.Tensor), "neg", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch.Tensor), "op_UnaryNegation", Kind = OpKind.PassThrough)]
    public static Tensor neg(Tensor tensor) => tensor.neg();

    /// <summary>The same values without a gradient.</summary>
    [Lowers(typeof(torch.Tensor), "detach", Kind = OpKind.PassThrough)]
    public static Tensor detach(Tensor input) => input.detach();

    /// <summary>Another element type.</summary>
    [Lowers(typeof(torch.Tensor), "to", Kind = OpKind.PassThrough)]
    public static Tensor to(Tensor input, ScalarType type) => input.to(type);

    /// <summary>Dropout, as the model has it.</summary>
    [Lowers(typeof(torch.nn.functional), "dropout", Kind = OpKind.PassThrough)]
    public static Tensor dropout(Tensor input, double p = 0.5, bool training = true, bool inplace = false) => functional.dropout(input, p, training, inplace);

    /// <summary>Dropout of whole channels, as the model has it.</summary>
    [Lowers(typeof(torch.nn.functional), "dropout2d", Kind = OpKind.PassThrough)]
    public static Tensor dropout2d(Tensor input, double p = 0.5, bool training = true, bool inplace = false) => functional.dropout2d(input, p, training, inplace);

    /// <summary>Channels to space.</summary>
    [Lowers(typeof(torch.nn.functional), "pixel_shuffle", Kind = OpKind.PassThrough)]
    public static Tensor pixel_shuffle(Tensor input, long upscale_factor) => functional.pixel_shuffle(input, upscale_factor);

    /// <summary>Maximum over windows, <c>[N, C, L]</c>.</summary>
    [Lowers(typeof(torch.nn.functional), "max_pool1d", Kind = OpKind.PassThrough)]
    public static Tensor max_pool1d(Tensor input, long kernel_size, long? stride = null, long? padding = null, long? dilation = null, bool ceil_mode = false) => functional.max_pool1d(input, kernel_size, stride, padding, dilation, ceil_mode);

    /// <summary>Maximum over windows, <c>[N, C, H, W]</c>.</summary>
    [Lowers(typeof(torch.nn.functional), "max_pool2d", Kind = OpKind.PassThrough)]
    public static Tensor max_pool2d(Tensor input, long kernel_size, long? stride = null, long? padding = null, long? dilation = null, bool ceil_mode = false) => functional.max_pool2d(input, kernel_size, stride, padding, dilation, ceil_mode);

    /// <summary>Maximum over windows, <c>[N, C, H, W]</c>.</summary>
    [Lowers(typeof(torch.nn.functional), "max_pool2d", Kind = OpKind.PassThrough)]
    public static Tensor max_pool2d(Tensor input, (long, long) kernel_size, (long, long)? stride = null, (long, long)? padding = null, (long, long)? dilation = null, bool ceil_mode = false) => functional.max_pool2d(input, kernel_size, stride, padding, dilation, ceil_mode);

    /// <summary>Maximum over windows, <c>[N, C, H, W]</c>.</summary>
    [Lowers(typeof(torch.nn.functional), "max_pool2d", Kind = OpKind.PassThrough)]
    public static Tensor max_pool2d(Tensor input, long[] kernel_size, long[]? strides = null, long[]? padding = null, long[]? dilation = null, bool ceil_mode = false) => functional.max_pool2d(input, kernel_size, strides, padding, dilation, ceil_mode);

    /// <summary>Mean over windows, <c>[N, C, L]</c>.</summary>
    [Lowers(typeof(torch.nn.functional), "avg_pool1d", Kind = OpKind.PassThrough)]
    public static Tensor avg_pool1d(Tensor input, long kernel_size, long? stride = null, long? padding = null, bool ceil_mode = false, bool count_include_pad = true) => functional.avg_pool1d(input, kernel_size, stride, padding, ceil_mode, count_include_pad);

    /// <summary>Mean over windows, <c>[N, C, H, W]</c>.</summary>
    [Lowers(typeof(torch.nn.functional), "avg_pool2d", Kind = OpKind.PassThrough)]
    public static Tensor avg_pool2d(Tensor input, long kernel_size, long? stride = null, long padding = 0, bool ceil_mode = false, bool count_include_pad = true, long? divisor_override = null) => functional.avg_pool2d(input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override);

    /// <summary>Mean over windows, <c>[N, C, H, W]</c>.</summary>
    [Lowers(typeof(torch.nn.functional), "avg_pool2d", Kind = OpKind.PassThrough)]
    public static Tensor avg_pool2d(Tensor input, (long, long) kernel_size, (long, long)? stride = null, (long, long)? padding = null, bool ceil_mode = false, bool count_include_pad = true, long? divisor_override = null) => functional.avg_pool2d(input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override);

    /// <summary>Mean over windows, <c>[N, C, H, W]</c>.</summary>
    [Lowers(typeof(torch.nn.functional), "avg_pool2d", Kind = OpKind.PassThrough)]
    public static Tensor avg_pool2d(Tensor input, long[] kernel_size, long[]? stride = null, long[]? padding = null, bool ceil_mode = false, bool count_include_pad = true, long? divisor_override = null) => functional.avg_pool2d(input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override);

    /// <summary>Mean over windows, to a given length.</summary>
    [Lowers(typeof(torch.nn.functional), "adaptive_avg_pool1d", Kind = OpKind.PassThrough)]
    public static Tensor adaptive_avg_pool1d(Tensor input, long output_size) => functional.adaptive_avg_pool1d(input, output_size);

    /// <summary>Mean over windows, to a given size.</summary>
    [Lowers(typeof(torch.nn.functional), "adaptive_avg_pool2d", Kind = OpKind.PassThrough)]
    public static Tensor adaptive_avg_pool2d(Tensor input, long output_size) => functional.adaptive_avg_pool2d(input, output_size);

    /// <summary>Mean over windows, to a given size.</summary>
    [Lowers(typeof(torch.nn.functional), "adaptive_avg_pool2d", Kind = OpKind.PassThrough)]
    public static Tensor adaptive_avg_pool2d(Tensor input, (long, long) output_size) => functional.adaptive_avg_pool2d(input, output_size);

    /// <summary>Mean over windows, to a given size.</summary>
    [Lowers(typeof(torch.nn.functional), "adaptive_avg_pool2d", Kind = OpKind.PassThrough)]
    public static Tensor adaptive_avg_pool2d(Tensor input, long[] output_size) => functional.adaptive_avg_pool2d(input, output_size);

    /// <summary>Maximum over windows, to a given length.</summary>
    [Lowers(typeof(torch.nn.functional), "adaptive_max_pool1d", Kind = OpKind.PassThrough)]
    public static Tensor adaptive_max_pool1d(Tensor input, long output_size) => functional.adaptive_max_pool1d(input, output_size);

    /// <summary>Maximum over windows, to a given size.</summary>
    [Lowers(typeof(torch.nn.functional), "adaptive_max_pool2d", Kind = OpKind.PassThrough)]
    public static Tensor adaptive_max_pool2d(Tensor input, long[] output_size) => functional.adaptive_max_pool2d(input, output_size);

    /// <summary>Pads borders, counted from the last dimension.</summary>
    [Lowers(typeof(torch.nn.functional), "pad", Kind = OpKind.PassThrough)]
    public static Tensor pad(Tensor input, long[] pad, PaddingModes mode = PaddingModes.Constant, double value = 0) => functional.pad(input, pad, mode, value);

    /// <summary>Pads borders, counted from the last dimension.</summary>
    [Lowers(typeof(torch.nn.functional), "pad", Kind = OpKind.PassThrough)]
    public static Tensor pad(Tensor input, ReadOnlySpan<long> pad, PaddingModes mode = PaddingModes.Constant, double value = 0) => functional.pad(input, pad, mode, value);

    /// <summary>Pads borders, counted from the last dimension.</summary>
    [Lowers(typeof(torch.nn.functional), "pad", Kind = OpKind.PassThrough)]
    public static Tensor pad(Tensor input, long pad, PaddingModes mode = PaddingModes.Constant, double value = 0) => functional.pad(input, pad, mode, value);

    /// <summary>Pads borders, counted from the last dimension.</summary>
    [Lowers(typeof(torch.nn.functional), "pad", Kind = OpKind.PassThrough)]
    public static Tensor pad(Tensor input, (long, long) pad, PaddingModes mode = PaddingModes.Constant, double value = 0) => functional.pad(input, pad, mode, value);

    /// <summary>Pads borders, counted from the last dimension.</summary>
    [Lowers(typeof(torch.nn.functional), "pad", Kind = OpKind.PassThrough)]
    public static Tensor pad(Tensor input, (long, long, long, long) pad, PaddingModes mode = PaddingModes.Constant, double value = 0) => functional.pad(input, pad, mode, value);

    /// <summary>Resamples to a size.</summary>
    [Lowers(typeof(torch.nn.functional), "interpolate", Kind = OpKind.PassThrough)]
    public static Tensor interpolate(Tensor x, long[]? size = null, double[]? scale_factor = null, InterpolationMode mode = InterpolationMode.Nearest, bool? align_corners = null, bool recompute_scale_factor = false, bool antialias = false) => functional.interpolate(x, size, scale_factor, mode, align_corners, recompute_scale_factor, antialias);

    /// <summary>Adds a number.</summary>
    [Lowers(typeof(torch.Tensor), "add", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch.Tensor), "op_Addition", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "add", Kind = OpKind.PassThrough)]
    public static Tensor add(Tensor left, Scalar right) => left + right;

    /// <summary>Adds a number, in place.</summary>
    [Lowers(typeof(torch.Tensor), "add_", Kind = OpKind.PassThrough)]
    public static Tensor add_(Tensor left, Scalar right) => left.add_(right);

    /// <summary>Adds a number.</summary>
    [Lowers(typeof(torch.Tensor), "op_Addition", Kind = OpKind.PassThrough)]
    public static Tensor add(Scalar left, Tensor right) => left + right;

    /// <summary>Subtracts a number.</summary>
    [Lowers(typeof(torch.Tensor), "sub", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch.Tensor), "op_Subtraction", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "sub", Kind = OpKind.PassThrough)]
    public static Tensor sub(Tensor left, Scalar right) => left - right;

    /// <summary>Subtracts a number, in place.</summary>
    [Lowers(typeof(torch.Tensor), "sub_", Kind = OpKind.PassThrough)]
    public static Tensor sub_(Tensor left, Scalar right) => left.sub_(right);

    /// <summary>Subtracts from a number.</summary>
    [Lowers(typeof(torch.Tensor), "op_Subtraction", Kind = OpKind.PassThrough)]
    public static Tensor sub(Scalar left, Tensor right) => left - right;

    /// <summary>Multiplies by a number.</summary>
    [Lowers(typeof(torch.Tensor), "mul", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch.Tensor), "op_Multiply", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "mul", Kind = OpKind.PassThrough)]
    public static Tensor mul(Tensor left, Scalar right) => left * right;

    /// <summary>Multiplies by a number, in place.</summary>
    [Lowers(typeof(torch.Tensor), "mul_", Kind = OpKind.PassThrough)]
    public static Tensor mul_(Tensor left, Scalar right) => left.mul_(right);

    /// <summary>Multiplies a number.</summary>
    [Lowers(typeof(torch.Tensor), "op_Multiply", Kind = OpKind.PassThrough)]
    public static Tensor mul(Scalar left, Tensor right) => left * right;

    /// <summary>Divides by a number.</summary>
    [Lowers(typeof(torch.Tensor), "div", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch.Tensor), "op_Division", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "div", Kind = OpKind.PassThrough)]
    public static Tensor div(Tensor left, Scalar right) => left / right;

    /// <summary>Divides by a number, in place.</summary>
    [Lowers(typeof(torch.Tensor), "div_", Kind = OpKind.PassThrough)]
    public static Tensor div_(Tensor left, Scalar right) => left.div_(right);

    /// <summary>Divides a number.</summary>
    [Lowers(typeof(torch.Tensor), "op_Division", Kind = OpKind.PassThrough)]
    public static Tensor div(Scalar left, Tensor right) => left / right;
}
