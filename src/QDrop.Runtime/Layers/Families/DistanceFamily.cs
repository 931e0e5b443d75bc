using TorchSharp.Modules;

namespace QDrop.Layers.Families;

/// <summary>Similarities and distances of two tensors.</summary>
[LayerFamily(LayerKind.Unsupported,
    Reason = "it has two inputs",
    Advice = "compute the distance outside the quantized model")]
[LayerTypes(typeof(CosineSimilarity), typeof(PairwiseDistance))]
internal sealed class DistanceFamily : LayerFamily;
