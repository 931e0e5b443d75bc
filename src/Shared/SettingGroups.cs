namespace QDrop;

/// <summary>
/// Groups of settings that some methods use and others do not. A setting without a group is used by every method. The
/// traits of a <c>Method</c> name the groups that it uses.
/// </summary>
[Flags]
internal enum SettingGroups
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

/// <summary>Says which group a setting of <c>[Quantize]</c> belongs to.</summary>
/// <param name="group">The group; methods that do not use it have no use for the setting.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class SettingGroupAttribute(SettingGroups group) : Attribute
{
    /// <summary>Gets the group.</summary>
    public SettingGroups Group { get; } = group;

    /// <summary>
    /// Gets or sets another setting, whose value may make every method use this one: a member of an enumeration that is
    /// marked with <see cref="Trait"/>.
    /// </summary>
    public string? Unless { get; set; }

    /// <summary>Gets or sets what the member is marked with.</summary>
    public string? Trait { get; set; }
}
