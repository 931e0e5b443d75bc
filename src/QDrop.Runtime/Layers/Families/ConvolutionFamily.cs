using QDrop.Native;
using QDrop.Recording;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Layers.Families;

/// <summary>Convolutions: weight <c>[out, in / groups, kernel…]</c>.</summary>
[LayerFamily(LayerKind.Weighted, FoldsBatchNorm = true)]
[LayerTypes(typeof(Conv1d), Weights = "in_channels * out_channels * volume(kernel_size, 1) / groups")]
[LayerTypes(typeof(Conv2d), Weights = "in_channels * out_channels * volume(kernel_size, 2) / groups")]
[LayerTypes(typeof(Conv3d), Weights = "in_channels * out_channels * volume(kernel_size, 3) / groups")]
internal sealed class ConvolutionFamily : LayerFamily
{
    public override IReadOnlyList<LayerSource> SourcesOf(string name, Module layer)
    {
        var convolution = (Convolution)layer;
        long[] stride = convolution.stride, dilation = convolution.dilation;
        long groups = convolution.groups;
        (long[] padding, Func<Tensor, Tensor>? pad) = ConvolutionPadding.Of(convolution);
        Func<Tensor, Tensor, Tensor?, Tensor> apply = padding.Length switch
        {
            1 => (x, w, b) => SafeConvolution.Conv1d(x, w, b, stride[0], padding[0], dilation[0], groups),
            2 => (x, w, b) => SafeConvolution.Conv2d(x, w, b, stride, padding, dilation, groups),
            _ => (x, w, b) => functional.conv3d(x, w, b, stride, padding, dilation, groups),
        };
        Tensor weight = convolution.weight!;
        return
        [
            new(name, weight, convolution.bias, ChannelAxis: 0, (x, w, b) => Noted(pad is null ? x : pad(x), w, b),
                (_, y) => MultiplyAccumulates.WithSlices(y, weight), [$"{name}.weight", $"{name}.bias"]),
        ];

        Tensor Noted(Tensor x, Tensor w, Tensor? b) => Note.As(
            apply(x, w, b),
            $"conv({x}, {w}, {b}, stride={stride}, padding={padding}, dilation={dilation}, groups={groups})");
    }

    public override Action CountFloat(Module layer, Action<long> count)
    {
        var convolution = (Convolution)layer;
        return convolution.register_forward_hook((_, _, y) =>
        {
            count(MultiplyAccumulates.WithSlices(y, convolution.weight!));
            return y;
        }).remove;
    }
}
