using TorchSharp.Modules;

namespace QDrop.Layers.Families;

/// <summary>Modules that call their children one after the other.</summary>
[LayerFamily(LayerKind.Sequential)]
[LayerTypes(typeof(Sequential))]
internal sealed class SequentialFamily : LayerFamily;
