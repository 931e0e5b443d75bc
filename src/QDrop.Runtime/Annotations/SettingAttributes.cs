using System.ComponentModel;

namespace QDrop.CompilerServices;

/// <summary>
/// Gives the range of a setting of <see cref="QuantizeAttribute"/>, for compiler, build and run time alike.
/// </summary>
/// <param name="min">The smallest value.</param>
/// <param name="max">The largest value.</param>
/// <param name="expected">What is expected, as messages say it after "expected".</param>
[AttributeUsage(AttributeTargets.Property)]
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class SettingRangeAttribute(double min, double max, string expected) : Attribute
{
    /// <summary>Gets the smallest value.</summary>
    public double Min { get; } = min;

    /// <summary>Gets the largest value.</summary>
    public double Max { get; } = max;

    /// <summary>Gets what is expected, in words.</summary>
    public string Expected { get; } = expected;

    /// <summary>Gets or sets whether all values are above <see cref="Min"/>.</summary>
    public bool ExcludesMin { get; set; }

    /// <summary>Gets or sets whether all values are below <see cref="Max"/>.</summary>
    public bool ExcludesMax { get; set; }

    /// <summary>Gets or sets a value outside the range that is allowed, too; NaN for none.</summary>
    public double Also { get; set; } = double.NaN;

    /// <summary>Gets or sets the name of <see cref="Also"/>.</summary>
    public string? AlsoName { get; set; }

    /// <summary>Gets or sets the code of the diagnostic that refuses a value.</summary>
    public string Code { get; set; } = Codes.Setting;
}

/// <summary>
/// Says where <see cref="QuantizationSettings"/> has a setting of <see cref="QuantizeAttribute"/>. A setting without
/// the attribute has its own name there.
/// </summary>
/// <param name="part">The property of <see cref="QuantizationSettings"/> whose record has the setting.</param>
/// <param name="member">The setting's property in that record.</param>
[AttributeUsage(AttributeTargets.Property)]
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class SettingOfAttribute(string part, string member) : Attribute
{
    /// <summary>Gets the property of <see cref="QuantizationSettings"/> whose record has the setting.</summary>
    public string Part { get; } = part;

    /// <summary>Gets the setting's property in that record.</summary>
    public string Member { get; } = member;
}

/// <summary>
/// Groups of settings that some methods use and others do not. A setting without a group is used by every method, or a
/// rule of its own says by which. The traits of a <see cref="Method"/> name the groups that it uses.
/// </summary>
[Flags]
[EditorBrowsable(EditorBrowsableState.Never)]
public enum SettingGroups
{
    /// <summary>No group.</summary>
    None = 0,

    /// <summary>Reconstruction of units.</summary>
    Reconstruction = 1,

    /// <summary>Units with several layers.</summary>
    Blocks = 2,

    /// <summary>Activations whose quantization is dropped while reconstructing.</summary>
    Drop = 4,

    /// <summary>Grids of activations that are learned while reconstructing.</summary>
    ActivationGrids = 8,

    /// <summary>Ranges of weights, and of activations unit by unit.</summary>
    Ranges = 16,

    /// <summary>Training of the model as a whole.</summary>
    Training = 32,

    /// <summary>Training of grids whose levels can be dropped and lost.</summary>
    CategoricalGrids = 64,
}

/// <summary>Says which group a setting of <see cref="QuantizeAttribute"/> belongs to.</summary>
/// <param name="group">The group; methods that do not use it have no use for the setting.</param>
[AttributeUsage(AttributeTargets.Property)]
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class SettingGroupAttribute(SettingGroups group) : Attribute
{
    /// <summary>Gets the group.</summary>
    public SettingGroups Group { get; } = group;
}
