using TorchSharp.Modules;

namespace QDrop.Layers.Families;

/// <summary>Collections, whose modules a <c>forward</c> calls one by one.</summary>
[LayerFamily(LayerKind.Collection)]
[LayerTypes(typeof(ModuleList<>), typeof(ModuleDict<>), typeof(ParameterList), typeof(ParameterDict))]
internal sealed class CollectionFamily : LayerFamily;
