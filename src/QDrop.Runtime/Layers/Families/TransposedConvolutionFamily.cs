using QDrop.Native;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Layers.Families;

/// <summary>Transposed convolutions: weight <c>[in, out / groups, kernel…]</c>.</summary>
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
        if (groups > 1)
        {
            throw new QDropException(
                Codes.UnsupportedModule,
                $"'{name}', a {convolution.GetName()} with groups = {groups}, cannot "
                    + "be quantized per output channel: expected groups = 1 in a transposed convolution. Use one "
                    + "group, or "
                    + "replace it by upsampling and a convolution.");
        }
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
        return
        [
            new(name, weight, convolution.bias, ChannelAxis: 1, pad is null ? apply : (x, w, b) => apply(pad(x), w, b),
                (x, _) => MultiplyAccumulates.WithSlices(x, weight), [$"{name}.weight", $"{name}.bias"]),
        ];
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
