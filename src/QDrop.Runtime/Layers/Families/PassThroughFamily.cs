using QDrop.Recording;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace QDrop.Layers.Families;

/// <summary>Layers that keep the grid of their input or leave it to the next quantizer.</summary>
[LayerFamily(LayerKind.PassThrough)]
[LayerTypes(typeof(Flatten), typeof(Unflatten))]
[LayerTypes(
    typeof(Identity), typeof(Dropout), typeof(Dropout1d), typeof(Dropout2d), typeof(Dropout3d), typeof(AlphaDropout),
    typeof(FeatureAlphaDropout), Shape = ShapeEffect.Keeps)]
[LayerTypes(
    typeof(MaxPool1d), typeof(MaxPool2d), typeof(MaxPool3d), typeof(AvgPool1d), typeof(AvgPool2d), typeof(AvgPool3d),
    typeof(AdaptiveAvgPool1d), typeof(AdaptiveAvgPool2d), typeof(AdaptiveAvgPool3d), typeof(AdaptiveMaxPool1d),
    typeof(AdaptiveMaxPool2d), typeof(AdaptiveMaxPool3d))]
[LayerTypes(
    typeof(ZeroPad2d), typeof(ConstantPad1d), typeof(ConstantPad2d), typeof(ConstantPad3d), typeof(ReflectionPad1d),
    typeof(ReflectionPad2d), typeof(ReflectionPad3d), typeof(ReplicationPad1d), typeof(ReplicationPad2d),
    typeof(ReplicationPad3d))]
[LayerTypes(typeof(Upsample), typeof(PixelShuffle), typeof(PixelUnshuffle), typeof(ChannelShuffle))]
internal sealed class PassThroughFamily : LayerFamily
{
    public override Tensor Noted(object layer, Tensor x, Tensor y) => layer switch
    {
        Flatten or Unflatten => Note.Reshaped(y, x),
        Identity => Note.Same(y, x),
        Dropout or Dropout1d or Dropout2d or Dropout3d or AlphaDropout or FeatureAlphaDropout
            when !((nn.Module)layer).training => Note.Same(y, x),
        MaxPool1d pool => MaxPool(
            x, y, [pool.kernel_size], One(pool.stride), One(pool.padding), One(pool.dilation), pool.ceil_mode),
        MaxPool2d pool => MaxPool(
            x, y, pool.kernel_size, pool.stride, pool.padding, pool.dilation, pool.ceil_mode),
        MaxPool3d pool => MaxPool(
            x, y, pool.kernel_size, pool.stride, pool.padding, pool.dilation, pool.ceil_mode),
        AvgPool1d pool => AvgPool(
            x, y, [pool.kernel_size], One(pool.stride), One(pool.padding), pool.ceil_mode, pool.count_include_pad),
        AvgPool2d pool => AvgPool(
            x, y, pool.kernel_size, pool.stride, pool.padding, pool.ceil_mode, pool.count_include_pad,
            pool.divisor_override),
        AvgPool3d pool => AvgPool(
            x, y, pool.kernel_size, pool.stride, pool.padding, pool.ceil_mode, pool.count_include_pad,
            pool.divisor_override),
        AdaptiveAvgPool1d pool => Note.As(y, $"adaptive_avg_pool({x}, sizes=[{pool.output_size}])"),
        AdaptiveAvgPool2d pool => Note.As(y, $"adaptive_avg_pool({x}, sizes={Adaptive(pool.output_size, 2)})"),
        AdaptiveAvgPool3d pool => Note.As(y, $"adaptive_avg_pool({x}, sizes={Adaptive(pool.output_size, 3)})"),
        AdaptiveMaxPool1d pool => Note.As(y, $"adaptive_max_pool({x}, sizes=[{pool.output_size}])"),
        AdaptiveMaxPool2d pool => Note.As(y, $"adaptive_max_pool({x}, sizes={Adaptive(pool.output_size, 2)})"),
        AdaptiveMaxPool3d pool => Note.As(y, $"adaptive_max_pool({x}, sizes={Adaptive(pool.output_size, 3)})"),
        ZeroPad2d pad => Padded(x, y, pad.padding, "constant"),
        ConstantPad1d pad => Padded(x, y, pad.padding, "constant", pad.value),
        ConstantPad2d pad => Padded(x, y, pad.padding, "constant", pad.value),
        ConstantPad3d pad => Padded(x, y, pad.padding, "constant", pad.value),
        ReflectionPad1d pad => Padded(x, y, pad.padding, "reflect"),
        ReflectionPad2d pad => Padded(x, y, pad.padding, "reflect"),
        ReflectionPad3d pad => Padded(x, y, pad.padding, "reflect"),
        ReplicationPad1d pad => Padded(x, y, pad.padding, "replicate"),
        ReplicationPad2d pad => Padded(x, y, pad.padding, "replicate"),
        ReplicationPad3d pad => Padded(x, y, pad.padding, "replicate"),
        Upsample upsample => Resampling.Noted(
            y, x, Resampling.NameOf(upsample.mode), upsample.align_corners ?? false),
        PixelShuffle or PixelUnshuffle or ChannelShuffle => Note.Rearranged(
            y, x, places => ((nn.Module<Tensor, Tensor>)layer).call(places.to_type(ScalarType.Float64))
                .to_type(ScalarType.Int64)),
        _ => base.Noted(layer, x, y),
    };

    private static Tensor MaxPool(
        Tensor x, Tensor y, long[] kernel, long[]? stride, long[]? padding, long[]? dilation, bool ceil)
    {
        int n = (int)x.dim() - 2;
        return Note.As(
            y,
            $"max_pool({x}, kernel={Sizes(kernel, n)}, stride={Sizes(stride, n) ?? Sizes(kernel, n)}, "
                + $"padding={Sizes(padding, n)}, dilation={Sizes(dilation, n)}, ceil={ceil})");
    }

    private static Tensor AvgPool(
        Tensor x, Tensor y, long[] kernel, long[]? stride, long[]? padding, bool ceil, bool includePad,
        long? divisor = null)
    {
        int n = (int)x.dim() - 2;
        return Note.As(
            y,
            $"avg_pool({x}, kernel={Sizes(kernel, n)}, stride={Sizes(stride, n) ?? Sizes(kernel, n)}, "
                + $"padding={Sizes(padding, n)}, ceil={ceil}, include_pad={includePad}, divisor={divisor})");
    }

    private static Tensor Padded(Tensor x, Tensor y, long[] borders, string mode, double value = 0)
    {
        long[] pads = ConvolutionPadding.Pads(x, Sizes(borders, 2 * ((int)x.dim() - 2))!);
        return Note.As(y, $"pad({x}, pads={pads}, mode={mode}, value={value})");
    }

    private static long[] Adaptive(long[] sizes, int dimensions) => Sizes(sizes, dimensions)!;

    private static long[]? One(long? size) => size is { } given ? [given] : null;

    private static long[]? Sizes(long[]? sizes, int dimensions) => sizes is [var only]
        ? [.. Enumerable.Repeat(only, dimensions)]
        : sizes is { Length: > 0 } ? sizes : null;
}
