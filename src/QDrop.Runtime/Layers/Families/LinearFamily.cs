using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace QDrop.Layers.Families;

/// <summary>Linear layers: weight <c>[out, in]</c>.</summary>
[LayerFamily(LayerKind.Weighted, FoldsBatchNorm = true)]
[LayerTypes(typeof(Linear), Weights = "inputSize * outputSize")]
internal sealed class LinearFamily : LayerFamily
{
    public override IReadOnlyList<LayerSource> SourcesOf(string name, Module layer)
    {
        var linear = (Linear)layer;
        return [LinearProduct.Source(name, linear.weight, linear.bias, $"{name}.weight", $"{name}.bias")];
    }

    public override Action CountFloat(Module layer, Action<long> count) =>
        ((Linear)layer).register_forward_hook((linear, x, y) =>
        {
            count(MultiplyAccumulates.WithAll(x, linear));
            return y;
        }).remove;
}
