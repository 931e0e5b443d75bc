using TorchSharp.Modules;

namespace QDrop.Layers.Families;

/// <summary>Embeddings that reduce the rows that they look up.</summary>
[LayerFamily(LayerKind.Unsupported,
    Reason = "it looks rows up and reduces them in one",
    Advice = "use Embedding, and reduce its rows with sum or mean")]
[LayerTypes(typeof(EmbeddingBag))]
internal sealed class EmbeddingBagFamily : LayerFamily;
