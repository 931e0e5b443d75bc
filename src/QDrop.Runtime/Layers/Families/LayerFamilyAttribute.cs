namespace QDrop.Layers.Families;

/// <summary>
/// Says what quantization does with the layers of a family. The run time reads it by reflection; the generator reads it
/// from metadata, so that the two cannot differ.
/// </summary>
/// <param name="kind">What the layers are to quantization.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
internal sealed class LayerFamilyAttribute(LayerKind kind) : Attribute
{
    /// <summary>Gets what the layers are to quantization.</summary>
    public LayerKind Kind { get; } = kind;

    /// <summary>Gets or sets whether a batch norm that follows is folded into the layer.</summary>
    public bool FoldsBatchNorm { get; set; }

    /// <summary>Gets or sets why the layers cannot be quantized.</summary>
    public string? Reason { get; set; }

    /// <summary>Gets or sets what to do instead.</summary>
    public string? Advice { get; set; }
}
