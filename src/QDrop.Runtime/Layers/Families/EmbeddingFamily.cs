using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Layers.Families;

/// <summary>Embeddings, which look rows up in a table <c>[n, d]</c>. Each row has a scale.</summary>
[LayerFamily(LayerKind.Weighted)]
[LayerTypes(typeof(Embedding))]
internal sealed class EmbeddingFamily : LayerFamily
{
    public override IReadOnlyList<LayerSource> SourcesOf(string name, Module layer)
    {
        Tensor table = RegisteredParameters.Of(name, layer)["weight"];
        return
        [
            new(name, table, null, ChannelAxis: 0, static (x, w, _) => Rows(w, x), static (_, _) => 0,
                [$"{name}.weight", $"{name}.bias"])
            {
                Learns = false,
                OutputAxis = 1,
            },
        ];
    }

    /// <summary>Looks rows of a table <c>[n, d]</c> up, for indices of any shape.</summary>
    private static Tensor Rows(Tensor table, Tensor indices) =>
        table.index_select(0, indices.flatten()).view([.. indices.shape, table.shape[1]]);
}
