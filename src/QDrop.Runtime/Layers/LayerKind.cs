using TorchSharp.Modules;

namespace QDrop.Layers;

/// <summary>What a TorchSharp module is to quantization.</summary>
internal enum LayerKind
{
    /// <summary>Has weights that are quantized: convolution, transposed convolution, linear, embedding.</summary>
    Weighted,

    /// <summary>Folded into the layer before it where there is one.</summary>
    BatchNorm,

    /// <summary>A function with float parameters, or none, whose value is quantized after it.</summary>
    Activation,

    /// <summary>Normalisation over the features of one sample: stays float, its value is quantized.</summary>
    Norm,

    /// <summary>Keeps the grid or leaves it to the next quantizer.</summary>
    PassThrough,

    /// <summary>Its children are steps of the same chain.</summary>
    Sequential,

    /// <summary>Cannot be quantized.</summary>
    Unsupported,
}

internal static class LayerKinds
{
    /// <summary>Classifies a module by its run-time type.</summary>
    public static LayerKind Of(object module) => module switch
    {
        Linear or Embedding or Conv1d or Conv2d or Conv3d or ConvTranspose1d or ConvTranspose2d or ConvTranspose3d => LayerKind.Weighted,
        BatchNorm => LayerKind.BatchNorm,
        Sequential => LayerKind.Sequential,
        LayerNorm or GroupNorm or InstanceNorm1d or InstanceNorm2d or InstanceNorm3d or LocalResponseNorm => LayerKind.Norm,
        ReLU or ReLU6 or LeakyReLU or PReLU or RReLU or ELU or SELU or CELU or GELU or SiLU or Mish or Sigmoid or LogSigmoid or Tanh or Hardtanh
            or Hardsigmoid or Hardswish or Softplus or Softsign or Softmax or Softmax2d or LogSoftmax or Softmin or Tanhshrink or Softshrink
            or Hardshrink or Threshold or GLU => LayerKind.Activation,
        Identity or Flatten or Unflatten or Dropout or Dropout1d or Dropout2d or Dropout3d or AlphaDropout or FeatureAlphaDropout
            or MaxPool1d or MaxPool2d or MaxPool3d or AvgPool1d or AvgPool2d or AvgPool3d
            or AdaptiveAvgPool1d or AdaptiveAvgPool2d or AdaptiveAvgPool3d or AdaptiveMaxPool1d or AdaptiveMaxPool2d or AdaptiveMaxPool3d
            or ZeroPad2d or ConstantPad1d or ConstantPad2d or ConstantPad3d or ReflectionPad1d or ReflectionPad2d or ReflectionPad3d
            or ReplicationPad1d or ReplicationPad2d or ReplicationPad3d or Upsample or PixelShuffle or PixelUnshuffle or ChannelShuffle => LayerKind.PassThrough,
        _ => LayerKind.Unsupported,
    };
}
