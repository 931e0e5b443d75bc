namespace QDrop;

/// <summary>
/// What a <see cref="Method"/> learns, needs and ignores. Generator and run time read it from the member of the
/// enumeration.
/// </summary>
[AttributeUsage(AttributeTargets.Field)]
internal sealed class MethodTraitsAttribute : Attribute
{
    /// <summary>
    /// Whether the rounding of weights is learned unit by unit; otherwise weights are rounded to nearest or trained.
    /// </summary>
    public bool LearnsRounding { get; set; }

    /// <summary>
    /// Whether units without a weight to learn are reconstructed too, since the grids of their activations are learned.
    /// </summary>
    public bool LearnsActivations { get; set; }

    /// <summary>Whether activations stay float until all weights are done.</summary>
    public bool KeepsActivationsFloat { get; set; }

    /// <summary>Whether each layer is a unit by itself, within blocks too.</summary>
    public bool IsLayerByLayer { get; set; }

    /// <summary>
    /// Whether the quantization of every activation is dropped, whatever <see cref="QuantizeAttribute.Drop"/> says.
    /// </summary>
    public bool DropsAll { get; set; }

    /// <summary>Whether the model is trained as a whole, on labelled data.</summary>
    public bool NeedsLabels { get; set; }

    /// <summary>Whether values go to the most likely point of a grid, whose levels can be dropped and lost.</summary>
    public bool HasCategoricalGrids { get; set; }

    /// <summary>The groups of settings that the method uses; settings of other groups mean nothing to it.</summary>
    public SettingGroups Uses { get; set; }
}
