namespace QDrop.CompilerServices;

/// <summary>
/// What an attribute on a part of a model says of its quantization. Generated code lists them in
/// <see cref="QuantizedModelDescriptor.Overrides"/>, one for each field, property or nested module class with
/// <see cref="QuantizeAttribute"/> or <see cref="FullPrecisionAttribute"/>, and each field or property with
/// <see cref="QuantizationBlockAttribute"/>: <c>new(typeof(Net), "head") { W = 8 }</c> for the field <c>head</c> of
/// <c>Net</c>, <c>new(typeof(Stem)) { FullPrecision = true }</c> for the class <c>Stem</c>. Only what the attribute
/// names is set.
/// </summary>
/// <param name="Owner">
/// The class that declares the field or property, or the class with the attribute; of a generic class the open type,
/// <c>typeof(Block&lt;&gt;)</c>.
/// </param>
/// <param name="Member">Name of the field or property; <see langword="null"/> for the class.</param>
public sealed record QuantizationOverride(Type Owner, string? Member = null)
{
    /// <summary>Bit width of the part's weights, 2 to 8, first and last layer included.</summary>
    public int? W { get; init; }

    /// <summary>Bit width of the activations that the part computes, 2 to 8.</summary>
    public int? A { get; init; }

    /// <summary>How the part's quantized weights are found.</summary>
    public Method? Method { get; init; }

    /// <summary>Whether the part stays float.</summary>
    public bool FullPrecision { get; init; }

    /// <summary>
    /// Whether the module in the field or property is reconstructed as one unit; of a <c>ModuleList</c> or
    /// <c>ModuleDict</c>, whether each of its modules is. It holds for that module itself and not for what is in it.
    /// </summary>
    public bool? IsBlock { get; init; }
}
