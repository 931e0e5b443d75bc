using QDrop.Native;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace QDrop.Layers.Families;

/// <summary>Norms over the features of one sample.</summary>
[LayerFamily(LayerKind.Norm)]
[LayerTypes(
    typeof(LayerNorm), typeof(GroupNorm), typeof(InstanceNorm1d), typeof(InstanceNorm2d), typeof(InstanceNorm3d),
    typeof(LocalResponseNorm))]
internal sealed class NormFamily : LayerFamily
{
    public override Func<Tensor, Tensor>? FunctionOf(object layer) =>
        layer is GroupNorm { weight: { } weight } norm ? x => norm.call(GroupNormInput.Safe(x, weight)) : null;
}
