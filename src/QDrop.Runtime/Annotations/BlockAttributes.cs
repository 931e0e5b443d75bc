namespace QDrop;

/// <summary>
/// Makes a module class one unit of reconstruction, whether or not its <c>forward</c> has a join; or, with <see langword="false"/>, none. On a field or a
/// property it holds for the module there.
/// </summary>
/// <param name="isBlock">Whether the module is one unit.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Field | AttributeTargets.Property, Inherited = false)]
public sealed class QuantizationBlockAttribute(bool isBlock = true) : Attribute
{
    /// <summary>Whether the module is one unit of reconstruction.</summary>
    public bool IsBlock { get; } = isBlock;
}

/// <summary>
/// Leaves a part of a quantized model float on purpose: the layer, or all layers of the module, in the field or property; or every module of the class.
/// Its weights and what it computes inside stay float. What it gives to a quantized layer is quantized, as any other value that a layer reads.
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Field | AttributeTargets.Property, Inherited = false)]
public sealed class FullPrecisionAttribute : Attribute;
