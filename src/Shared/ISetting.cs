namespace QDrop;

/// <summary>A setting as the attributes on its property describe it.</summary>
internal interface ISetting
{
    /// <summary>Gets the name: that of the property of <c>[Quantize]</c>.</summary>
    string Name { get; }

    /// <summary>Gets the range of a number; <see langword="null"/> for any value of the type.</summary>
    SettingRangeAttribute? Range { get; }

    /// <summary>Gets how it depends on others.</summary>
    IReadOnlyList<SettingRuleAttribute> Rules { get; }
}
