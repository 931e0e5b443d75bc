using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace QDrop.Layers.Families;

/// <summary>Bilinear layers.</summary>
[LayerFamily(LayerKind.Unsupported, Reason = "it has two inputs", Advice = "expected a layer with one")]
[LayerTypes(typeof(Bilinear), Weights = "in1_features * in2_features * out_features")]
internal sealed class BilinearFamily : LayerFamily
{
    public override Action CountFloat(Module layer, Action<long> count) =>
        ((Bilinear)layer).register_forward_hook((bilinear, x, _, y) =>
        {
            count(MultiplyAccumulates.WithAll(x, bilinear));
            return y;
        }).remove;
}
