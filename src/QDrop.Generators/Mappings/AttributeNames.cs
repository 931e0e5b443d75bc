namespace QDrop.Generators.Mappings;

/// <summary>Full names of the attributes by which users annotate models.</summary>
internal static class AttributeNames
{
    /// <summary>Makes a class a model; on a part of a model, overrides its settings.</summary>
    public const string Quantize = "QDrop.QuantizeAttribute";

    /// <summary>Leaves a part of a model float.</summary>
    public const string FullPrecision = "QDrop.FullPrecisionAttribute";

    /// <summary>Says whether a module is one unit of reconstruction.</summary>
    public const string QuantizationBlock = "QDrop.QuantizationBlockAttribute";
}
