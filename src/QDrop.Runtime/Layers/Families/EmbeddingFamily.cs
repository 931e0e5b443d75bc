using QDrop.Recording;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Layers.Families;

/// <summary>Embeddings, which look rows up in a table <c>[n, d]</c>. Each row has a scale.</summary>
[LayerFamily(LayerKind.Weighted)]
[LayerTypes(typeof(Embedding))]
internal sealed class EmbeddingFamily : LayerFamily
{
    /// <summary>Rows that are looked up at once where it is all of them.</summary>
    private const int AtOnce = 1024;

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

    /// <summary>An embedding with a <c>max_norm</c>, which it tells nobody, changes the rows that are longer.</summary>
    public override void LookUpAll(Module layer)
    {
        var embedding = (Embedding)layer;
        long count = embedding.weight!.shape[0];
        for (long start = 0; start < count; start += AtOnce)
        {
            using DisposeScope scope = NewDisposeScope();
            embedding.forward(arange(start, Math.Min(start + AtOnce, count)));
        }
    }

    /// <summary>Looks rows of a table <c>[n, d]</c> up, for indices of any shape.</summary>
    private static Tensor Rows(Tensor table, Tensor indices) => Note.As(
        table.index_select(0, indices.flatten()).view([.. indices.shape, table.shape[1]]),
        $"take({table}, {indices}, dim=0)");
}
