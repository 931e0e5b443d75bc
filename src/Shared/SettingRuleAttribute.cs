namespace QDrop;

/// <summary>How a setting depends on another.</summary>
internal enum SettingRelation
{
    /// <summary>The setting can be given only where the other is as the rule says.</summary>
    OnlyWith,

    /// <summary>The setting cannot be given where the other is as the rule says.</summary>
    NotWith,

    /// <summary>The number is at least the other.</summary>
    AtLeast,

    /// <summary>Both numbers, which are shares of the same, are at most 1 together.</summary>
    ShareOfRest,
}

/// <summary>
/// How a setting of <c>[Quantize]</c> depends on another. Generator and run time read it from the attribute's property;
/// of several rules the first one that is broken counts.
/// </summary>
/// <param name="relation">The relation.</param>
/// <param name="other">The name of the other setting.</param>
[AttributeUsage(AttributeTargets.Property, AllowMultiple = true)]
internal sealed class SettingRuleAttribute(SettingRelation relation, string other) : Attribute
{
    /// <summary>Gets the relation.</summary>
    public SettingRelation Relation { get; } = relation;

    /// <summary>Gets the name of the other setting.</summary>
    public string Other { get; } = other;

    /// <summary>Gets or sets another setting that <see cref="Value"/> may stand in instead.</summary>
    public string? Or { get; set; }

    /// <summary>
    /// Gets or sets the value of the other setting that the rule means; without it and <see cref="Trait"/> the rule
    /// means that the other is given.
    /// </summary>
    public string? Value { get; set; }

    /// <summary>Gets or sets what the value of the other setting, a member of an enumeration, is marked with.</summary>
    public string? Trait { get; set; }

    /// <summary>Gets or sets the only value that the rule is about.</summary>
    public string? Only { get; set; }

    /// <summary>Gets or sets a value that the rule is not about.</summary>
    public string? Except { get; set; }

    /// <summary>
    /// Gets or sets what is expected, as messages say it after "expected"; <c>{0}</c> stands for what the other setting
    /// is. For numbers that are compared it is the reason only, and may be left out.
    /// </summary>
    public string Expected { get; set; } = "";

    /// <summary>Gets or sets the value to have instead, as code; without it the setting is to be left out.</summary>
    public string? Instead { get; set; }

    /// <summary>
    /// Gets or sets whether the rule is about what one attribute says, and not about what project file and properties
    /// make of it.
    /// </summary>
    public bool IsOfAttribute { get; set; }

    /// <summary>
    /// Gets or sets the code of the diagnostic that refuses the setting; <see cref="Codes.SettingWithoutEffect"/> where
    /// it is useless and not wrong.
    /// </summary>
    public string Code { get; set; } = Codes.Setting;
}
