using TorchSharp.Modules;

namespace QDrop.Layers.Families;

/// <summary>Transformers and their layers, of which TorchSharp does not show what they are made of.</summary>
[LayerFamily(LayerKind.Unsupported,
    Reason = "TorchSharp does not show the layers that it is made of",
    Advice = "use MultiheadAttention, Linear layers and norms, or keep it outside the quantized model")]
[LayerTypes(
    typeof(Transformer), typeof(TransformerEncoder), typeof(TransformerEncoderLayer), typeof(TransformerDecoder),
    typeof(TransformerDecoderLayer))]
internal sealed class TransformerFamily : LayerFamily;
