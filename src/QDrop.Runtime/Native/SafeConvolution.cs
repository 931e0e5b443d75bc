using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Native;

/// <summary>Convolutions in one and two dimensions, in a form whose gradients oneDNN computes rightly.</summary>
/// <remarks>
/// libtorch 2.10 (oneDNN 3.7.1) writes past a buffer where it computes the gradient of a kernel of one element, applied
/// with a stride to values in channels_last order that have fewer channels than a vector has elements; the process
/// crashes, at once or later. Seen with AVX2 and AVX-512 code, on several processors. The same products without a
/// stride are right, so the elements that the stride skips are left out before. A transposed convolution puts them in
/// after.
/// </remarks>
internal static class SafeConvolution
{
    /// <summary>The floats in a vector of AVX-512, the longest.</summary>
    private const int VectorLength = 16;

    public static Tensor Conv1d(Tensor x, Tensor weight, Tensor? bias, long stride, long padding, long dilation,
        long groups) =>
        IsUnsafe(weight, [stride], [padding])
            ? functional.conv1d(Strided(x, [stride]), weight, bias, groups: groups)
            : functional.conv1d(x, weight, bias, stride, padding, dilation, groups);

    public static Tensor Conv2d(Tensor x, Tensor weight, Tensor? bias, long[] stride, long[] padding, long[] dilation,
        long groups) =>
        IsUnsafe(weight, stride, padding)
            ? functional.conv2d(Strided(x, [stride[0], stride[^1]]), weight, bias, groups: groups)
            : functional.conv2d(x, weight, bias, stride, padding, dilation, groups);

    public static Tensor ConvTranspose1d(Tensor x, Tensor weight, Tensor? bias, long stride, long padding, long added,
        long dilation, long groups) =>
        IsUnsafe(weight, [stride], [padding])
            ? Biased(Spread(functional.conv_transpose1d(x, weight, groups: groups), [stride], [added]), bias, 1)
            : functional.conv_transpose1d(x, weight, bias, stride, padding, added, dilation, groups);

    public static Tensor ConvTranspose2d(Tensor x, Tensor weight, Tensor? bias, long[] stride, long[] padding,
        long[] added, long[] dilation, long groups) =>
        IsUnsafe(weight, stride, padding)
            ? Biased(Spread(functional.conv_transpose2d(x, weight, groups: groups), stride, added), bias, 2)
            : functional.conv_transpose2d(x, weight, bias, stride, padding, added, dilation, groups);

    /// <summary>
    /// Whether a gradient of the weight <c>[out, in / groups, kernel…]</c>, if transposed
    /// <c>[in, out / groups, kernel…]</c>, can be asked for and is one of those that oneDNN may compute wrongly.
    /// </summary>
    private static bool IsUnsafe(Tensor weight, long[] stride, long[] padding) =>
        weight.requires_grad
        && is_grad_enabled()
        && weight.shape is [_, < VectorLength, .. var kernel]
        && kernel.All(static size => size == 1)
        && stride.Any(static step => step > 1)
        && padding.All(static size => size == 0);

    /// <summary>The elements of <c>[N, C, …]</c> that a stride does not skip.</summary>
    private static Tensor Strided(Tensor x, long[] stride) =>
        x.index([TensorIndex.Ellipsis, .. stride.Select(static step => TensorIndex.Slice(step: step))]);

    /// <summary>
    /// The elements of <c>[N, C, …]</c> with <c>stride - 1</c> zeros between neighbors, and <paramref name="added"/>
    /// zeros at the end of each dimension.
    /// </summary>
    private static Tensor Spread(Tensor y, long[] stride, long[] added)
    {
        long[] first = y.shape[..^stride.Length];
        long[] ends = [.. y.shape[^stride.Length..].Zip(stride, static (size, step) => ((size - 1) * step) + 1)];
        Tensor spread = zeros([.. first, .. ends.Zip(added, static (end, more) => end + more)], y.dtype, y.device);
        spread.index_put_(
            y,
            [
                TensorIndex.Ellipsis,
                .. stride.Zip(ends, static (step, end) => TensorIndex.Slice(stop: end, step: step)),
            ]);
        return spread;
    }

    private static Tensor Biased(Tensor y, Tensor? bias, int dimensions) =>
        bias is null ? y : y + bias.reshape([-1, .. Enumerable.Repeat(1L, dimensions)]);
}
