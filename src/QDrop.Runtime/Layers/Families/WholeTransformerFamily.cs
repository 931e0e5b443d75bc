using TorchSharp.Modules;

namespace QDrop.Layers.Families;

/// <summary>Transformers as a whole, of which TorchSharp does not show what they are made of.</summary>
[LayerFamily(LayerKind.Unsupported,
    Reason = "TorchSharp does not show how many layers of which kind it is made of",
    Advice = "use TransformerEncoder and TransformerDecoder, or keep it outside the quantized model")]
[LayerTypes(typeof(Transformer))]
internal sealed class WholeTransformerFamily : LayerFamily;
