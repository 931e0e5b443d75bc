using QDrop.CompilerServices;

namespace QDrop;

/// <summary>How quantized weights are found: after training, or by further training.</summary>
public enum Method
{
    /// <summary>Reconstruction block by block with activation quantization randomly dropped (arXiv 2203.05740).</summary>
    [MethodTraits(LearnsRounding = true, LearnsActivations = true)]
    QDrop,

    /// <summary>Reconstruction block by block with float activations (arXiv 2102.05426): QDrop with <c>Drop = 1</c>.</summary>
    [MethodTraits(LearnsRounding = true, DropsAll = true, Ignores =
    [
        nameof(QuantizeAttribute.ActivationLearning), nameof(QuantizeAttribute.ActivationLearningRate)
    ])]
    Brecq,

    /// <summary>Learned rounding of the weights only, layer by layer (arXiv 2004.10568); activations are quantized afterwards.</summary>
    [MethodTraits(LearnsRounding = true, KeepsActivationsFloat = true, IsLayerByLayer = true, Ignores =
    [
        nameof(QuantizeAttribute.Drop), nameof(QuantizeAttribute.Granularity),
        nameof(QuantizeAttribute.ActivationLearning), nameof(QuantizeAttribute.ActivationLearningRate)
    ])]
    AdaRound,

    /// <summary>Rounding to nearest on the searched ranges; nothing is learned.</summary>
    [MethodTraits(Ignores =
    [
        nameof(QuantizeAttribute.Drop), nameof(QuantizeAttribute.Preset), nameof(QuantizeAttribute.Iterations),
        nameof(QuantizeAttribute.Granularity), nameof(QuantizeAttribute.Loss), nameof(QuantizeAttribute.Norm),
        nameof(QuantizeAttribute.ActivationLearning), nameof(QuantizeAttribute.ActivationLearningRate),
        nameof(QuantizeAttribute.Lambda), nameof(QuantizeAttribute.WarmUp), nameof(QuantizeAttribute.BetaStart),
        nameof(QuantizeAttribute.BetaEnd), nameof(QuantizeAttribute.LearningRate)
    ])]
    Nearest,

    /// <summary>
    /// Training with quantization, on labelled data: each value goes to the most likely point of its grid, whose
    /// probability has the gradient (arXiv 2109.02100). See <see cref="QuantizationSettings.Training"/>.
    /// </summary>
    [MethodTraits(NeedsLabels = true, HasCategoricalGrids = true, Ignores =
    [
        nameof(QuantizeAttribute.Drop), nameof(QuantizeAttribute.Preset), nameof(QuantizeAttribute.Iterations),
        nameof(QuantizeAttribute.Granularity), nameof(QuantizeAttribute.Loss), nameof(QuantizeAttribute.Norm),
        nameof(QuantizeAttribute.Order), nameof(QuantizeAttribute.WeightsPerChannel),
        nameof(QuantizeAttribute.SymmetricWeights), nameof(QuantizeAttribute.ActivationLearning),
        nameof(QuantizeAttribute.ActivationLearningRate), nameof(QuantizeAttribute.Lambda),
        nameof(QuantizeAttribute.WarmUp), nameof(QuantizeAttribute.BetaStart), nameof(QuantizeAttribute.BetaEnd),
        nameof(QuantizeAttribute.LearningRate)
    ])]
    Cpq,

    /// <summary>Training with quantization, on labelled data: rounding to nearest with straight-through gradients and learned steps (arXiv 1902.08153).</summary>
    [MethodTraits(NeedsLabels = true, Ignores =
    [
        nameof(QuantizeAttribute.Drop), nameof(QuantizeAttribute.Preset), nameof(QuantizeAttribute.Iterations),
        nameof(QuantizeAttribute.Granularity), nameof(QuantizeAttribute.Loss), nameof(QuantizeAttribute.Norm),
        nameof(QuantizeAttribute.Order), nameof(QuantizeAttribute.WeightsPerChannel),
        nameof(QuantizeAttribute.SymmetricWeights), nameof(QuantizeAttribute.ActivationLearning),
        nameof(QuantizeAttribute.ActivationLearningRate), nameof(QuantizeAttribute.Lambda),
        nameof(QuantizeAttribute.WarmUp), nameof(QuantizeAttribute.BetaStart), nameof(QuantizeAttribute.BetaEnd),
        nameof(QuantizeAttribute.LearningRate)
    ])]
    Lsq,
}
