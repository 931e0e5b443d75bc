using TorchSharp.Modules;

namespace QDrop.Layers.Families;

/// <summary>Norms over the features of one sample.</summary>
[LayerFamily(LayerKind.Norm)]
[LayerTypes(
    typeof(LayerNorm), typeof(GroupNorm), typeof(InstanceNorm1d), typeof(InstanceNorm2d), typeof(InstanceNorm3d),
    typeof(LocalResponseNorm))]
internal sealed class NormFamily : LayerFamily;
