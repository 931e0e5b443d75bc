namespace QDrop;

/// <summary>How quantized weights are found: after training, or by further training.</summary>
public enum Method
{
    /// <summary>
    /// Reconstruction block by block with activation quantization randomly dropped (arXiv 2203.05740).
    /// </summary>
    [MethodTraits(LearnsRounding = true, LearnsActivations = true, Uses = SettingGroups.Reconstruction
        | SettingGroups.Blocks | SettingGroups.Drop | SettingGroups.ActivationGrids | SettingGroups.Ranges)]
    QDrop,

    /// <summary>
    /// Reconstruction block by block with float activations (arXiv 2102.05426): QDrop with <c>Drop = 1</c>.
    /// </summary>
    [MethodTraits(LearnsRounding = true, DropsAll = true, Uses = SettingGroups.Reconstruction
        | SettingGroups.Blocks | SettingGroups.Drop | SettingGroups.Ranges)]
    Brecq,

    /// <summary>
    /// Learned rounding of the weights only, layer by layer (arXiv 2004.10568); activations are quantized afterwards.
    /// </summary>
    [MethodTraits(LearnsRounding = true, KeepsActivationsFloat = true, IsLayerByLayer = true,
        Uses = SettingGroups.Reconstruction | SettingGroups.Ranges)]
    AdaRound,

    /// <summary>Rounding to nearest on the searched ranges; nothing is learned.</summary>
    [MethodTraits(Uses = SettingGroups.Ranges)]
    Nearest,

    /// <summary>
    /// Training with quantization, on labelled data: each value goes to the most likely point of its grid, whose
    /// probability has the gradient (arXiv 2109.02100). See <see cref="QuantizationSettings.Training"/>.
    /// </summary>
    [MethodTraits(NeedsLabels = true, HasCategoricalGrids = true,
        Uses = SettingGroups.Training | SettingGroups.CategoricalGrids)]
    Cpq,

    /// <summary>
    /// Training with quantization, on labelled data: rounding to nearest with straight-through gradients and learned
    /// steps (arXiv 1902.08153).
    /// </summary>
    [MethodTraits(NeedsLabels = true, Uses = SettingGroups.Training)]
    Lsq,
}
