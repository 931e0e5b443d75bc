using QDrop.Native;
using QDrop.Recording;
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

    public override Tensor Noted(object layer, Tensor x, Tensor y) => layer switch
    {
        LayerNorm norm => Note.As(
            y, $"layer_norm({x}, {norm.weight}, {norm.bias}, dims={norm.normalized_shape.Length}, eps={norm.eps})"),
        GroupNorm norm => Note.As(
            y, $"group_norm({x}, {norm.weight}, {norm.bias}, groups={norm.num_groups}, eps={norm.eps})"),
        InstanceNorm { track_running_stats: false } norm => Note.As(
            y, $"group_norm({x}, {norm.weight}, {norm.bias}, groups={x.shape[1]}, eps={norm.eps})"),
        _ => base.Noted(layer, x, y),
    };
}
