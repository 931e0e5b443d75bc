using TorchSharp.Modules;

namespace QDrop.Layers.Families;

/// <summary>Pooling by chance, by powers, and backwards.</summary>
[LayerFamily(LayerKind.Unsupported,
    Reason = "this kind of pooling has no quantized counterpart",
    Advice = "use max or average pooling, or upsampling, or keep it outside the quantized model")]
[LayerTypes(typeof(FractionalMaxPool2d), typeof(FractionalMaxPool3d), typeof(LPPool1d), typeof(LPPool2d))]
[LayerTypes(typeof(MaxUnpool1d), typeof(MaxUnpool2d), typeof(MaxUnpool3d))]
internal sealed class OtherPoolingFamily : LayerFamily;
