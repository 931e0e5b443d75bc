namespace QDrop.Generators.Models;

/// <summary>
/// What a TorchSharp layer is to quantization: the members of <c>QDrop.Layers.Families.LayerKind</c>.
/// </summary>
internal enum LayerKind
{
    Weighted,
    BatchNorm,
    Activation,
    Norm,
    PassThrough,
    Sequential,
    Attention,
    Collection,
    Unsupported,
}
