using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace QDrop.Layers.Families;

/// <summary>Encoders and decoders of transformers, and their layers: attention, linear layers and norms.</summary>
[LayerFamily(LayerKind.Transformer)]
[LayerTypes(typeof(TransformerEncoderLayer), Weights = "d_model * (4 * d_model + 2 * dim_feedforward)")]
[LayerTypes(typeof(TransformerDecoderLayer), Weights = "d_model * (8 * d_model + 2 * dim_feedforward)")]
[LayerTypes(typeof(TransformerEncoder), typeof(TransformerDecoder))]
internal sealed class TransformerFamily : LayerFamily
{
    public override IReadOnlyList<LayerSource> SourcesOf(string name, Module layer) =>
        [.. TransformerLayer.AllOf(name, layer).SelectMany(static l => l.Sources)];
}
