using TorchSharp.Modules;

namespace QDrop.Layers.Families;

/// <summary>Layers that take a tensor apart into patches that overlap, or add such patches up.</summary>
[LayerFamily(LayerKind.Unsupported,
    Reason = "patches may overlap, so that their grid is not that of the whole",
    Advice = "use a convolution, or keep it outside the quantized model")]
[LayerTypes(typeof(Fold), typeof(Unfold))]
internal sealed class PatchFamily : LayerFamily;
