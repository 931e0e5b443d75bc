using QDrop.Native;
using QDrop.Recording;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Layers.Families;

/// <summary>
/// Transposed convolutions: weight <c>[in, out / groups, kernel…]</c>. With several groups no dimension counts the
/// output channels: those of a group have the same indices as those of the next one, with other inputs. The weight is
/// then quantized as <c>[out, in / groups, kernel…]</c>, in which each channel has its own scale, and arranged back for
/// libtorch.
/// </summary>
[LayerFamily(LayerKind.Weighted, FoldsBatchNorm = true)]
[LayerTypes(typeof(ConvTranspose1d), Weights = "in_channels * out_channels * volume(kernel_size, 1) / groups")]
[LayerTypes(typeof(ConvTranspose2d), Weights = "in_channels * out_channels * volume(kernel_size, 2) / groups")]
[LayerTypes(typeof(ConvTranspose3d), Weights = "in_channels * out_channels * volume(kernel_size, 3) / groups")]
internal sealed class TransposedConvolutionFamily : LayerFamily
{
    public override IReadOnlyList<LayerSource> SourcesOf(string name, Module layer)
    {
        var convolution = (Convolution)layer;
        long groups = convolution.groups;
        long[] stride = convolution.stride, dilation = convolution.dilation, added = convolution.output_padding;
        (long[] padding, Func<Tensor, Tensor>? pad) = ConvolutionPadding.Of(convolution);
        Func<Tensor, Tensor, Tensor?, Tensor> apply = padding.Length switch
        {
            1 => (x, w, b) => SafeConvolution.ConvTranspose1d(
                x, w, b, stride[0], padding[0], added[0], dilation[0], groups),
            2 => (x, w, b) => SafeConvolution.ConvTranspose2d(x, w, b, stride, padding, added, dilation, groups),
            _ => (x, w, b) => functional.conv_transpose3d(x, w, b, stride, padding, added, dilation, groups),
        };
        Tensor weight = convolution.weight!;
        Func<Tensor, Tensor, Tensor?, Tensor> padded = (x, w, b) => Noted(pad is null ? x : pad(x), w, b);
        Func<Tensor, Tensor, long> count = (x, _) => MultiplyAccumulates.WithSlices(x, weight);
        string[] parameters = [$"{name}.weight", $"{name}.bias"];
        return groups == 1
            ? [new(name, weight, convolution.bias, ChannelAxis: 1, padded, count, parameters)]
            :
            [
                new(name, weight, convolution.bias, ChannelAxis: 0, (x, w, b) => padded(x, Exchanged(w, groups), b),
                    count, parameters)
                {
                    Arrangement = w => Exchanged(w, groups),
                },
            ];

        Tensor Noted(Tensor x, Tensor w, Tensor? b) => Note.As(
            apply(x, w, b),
            $"conv_transpose({x}, {w}, {b}, stride={stride}, padding={padding}, output_padding={added}, "
                + $"dilation={dilation}, groups={groups})");
    }

    /// <summary>
    /// Inputs and outputs exchanged in each group: <c>[in, out / groups, …]</c> gives <c>[out, in / groups, …]</c>, and
    /// that the other again.
    /// </summary>
    private static Tensor Exchanged(Tensor weight, long groups)
    {
        long[] shape = weight.shape, split = [groups, shape[0] / groups, .. shape[1..]],
            joined = [groups * shape[1], shape[0] / groups, .. shape[2..]];
        long[] order = [0, 2, 1, .. Enumerable.Range(3, shape.Length - 2).Select(static d => (long)d)];
        return Note.As(
            weight.reshape(split).permute(order).reshape(joined),
            $"reshape(permute(reshape({weight}, shape={split}), order={order}), shape={joined})");
    }

    public override Action CountFloat(Module layer, Action<long> count)
    {
        var convolution = (Convolution)layer;
        return convolution.register_forward_hook((_, x, y) =>
        {
            count(MultiplyAccumulates.WithSlices(x, convolution.weight!));
            return y;
        }).remove;
    }
}
