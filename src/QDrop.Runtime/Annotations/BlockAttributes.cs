namespace QDrop;

/// <summary>
/// Merges or splits what is reconstructed as one unit. <c>[QuantizationBlock]</c> makes a module one unit with all that
/// is in it, whether or not its <c>forward</c> has a join; <c>[QuantizationBlock(false)]</c> makes its layers, and the
/// blocks in it, units of their own.
/// </summary>
/// <remarks>
/// On a class it holds for every module of the class; on a field or a property for the module there, whatever its class
/// says: a module of a user's class, a <c>Sequential</c>, <c>MultiheadAttention</c>. Of a <c>ModuleList</c> or
/// <c>ModuleDict</c>, whose modules the <c>forward</c> calls one by one, it holds for each of them. What is in one unit
/// is no unit of its own, whatever is said of it. Quantizers sit where they would without the attribute.
/// </remarks>
/// <param name="isBlock">Whether the module is one unit.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Field | AttributeTargets.Property, Inherited = false)]
public sealed class QuantizationBlockAttribute(bool isBlock = true) : Attribute
{
    /// <summary>Whether the module is one unit of reconstruction.</summary>
    public bool IsBlock { get; } = isBlock;
}

/// <summary>
/// Leaves a part of a quantized model float on purpose: the layer, or all layers of the module, in the field or
/// property; or every module of the class. Its weights and what it computes inside stay float. What it gives to a
/// quantized layer is quantized, as any other value that a layer reads.
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Field | AttributeTargets.Property, Inherited = false)]
public sealed class FullPrecisionAttribute : Attribute;
