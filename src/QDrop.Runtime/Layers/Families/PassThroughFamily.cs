using TorchSharp.Modules;

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
internal sealed class PassThroughFamily : LayerFamily;
