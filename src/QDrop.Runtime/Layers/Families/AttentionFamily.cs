using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace QDrop.Layers.Families;

/// <summary>Multi-head attention, whose projections are linear layers.</summary>
[LayerFamily(LayerKind.Attention)]
[LayerTypes(typeof(MultiheadAttention),
    Weights = "embedded_dim * (2 * embedded_dim + (kdim ?? embedded_dim) + (vdim ?? embedded_dim))")]
internal sealed class AttentionFamily : LayerFamily
{
    public override IReadOnlyList<LayerSource> SourcesOf(string name, Module layer) =>
        AttentionParameters.Of(name, (MultiheadAttention)layer).Layers;

    public override Action CountFloat(Module layer, Action<long> count) =>
        ((MultiheadAttention)layer).register_forward_hook((attention, x, _, _, _, _, _, y) =>
        {
            count(MultiplyAccumulates.WithAll(x, attention));
            return y;
        }).remove;
}
