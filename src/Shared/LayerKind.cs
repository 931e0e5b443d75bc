namespace QDrop;

/// <summary>
/// What a TorchSharp module is to quantization. The generator compiles this file, too, and reads values from metadata.
/// </summary>
internal enum LayerKind
{
    /// <summary>Has one weight, which is quantized: convolution, transposed convolution, linear, embedding.</summary>
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

    /// <summary>Multi-head attention: several tensors in and out, and several weights, which are quantized.</summary>
    Attention,

    /// <summary>
    /// Recurrent layers: a state beside the input, several tensors out, and weights for input and state, which are
    /// quantized.
    /// </summary>
    Recurrent,

    /// <summary>One step of a recurrent layer.</summary>
    RecurrentCell,

    /// <summary>
    /// Encoders and decoders of transformers: masks beside the input, and layers that TorchSharp does not show.
    /// </summary>
    Transformer,

    /// <summary>Holds modules or parameters, and is not called itself.</summary>
    Collection,

    /// <summary>Cannot be quantized.</summary>
    Unsupported,
}
