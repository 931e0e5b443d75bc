namespace QDrop;

/// <summary>
/// Says where <c>QuantizationSettings</c> has a setting of <c>[Quantize]</c>. A setting without the attribute has its
/// own name there.
/// </summary>
/// <param name="part">The property of <c>QuantizationSettings</c> whose record has the setting.</param>
/// <param name="member">The setting's property in that record.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class SettingOfAttribute(string part, string member) : Attribute
{
    /// <summary>Gets the property of <c>QuantizationSettings</c> whose record has the setting.</summary>
    public string Part { get; } = part;

    /// <summary>Gets the setting's property in that record.</summary>
    public string Member { get; } = member;
}
