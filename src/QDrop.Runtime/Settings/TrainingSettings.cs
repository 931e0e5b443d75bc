namespace QDrop;

/// <summary>
/// What decides quantization-aware training (<see cref="Method.Cpq"/>, <see cref="Method.Lsq"/>) besides bit widths, seed and data: <see cref="QuantizationSettings.Training"/>.
/// All learning rates fall to 0 along half a cosine.
/// </summary>
public sealed record TrainingSettings
{
    /// <summary>Passes over the training data, at least 1.</summary>
    public int Epochs { get; init; } = 5;

    /// <summary>Samples in a step, at least 1. The last step of an epoch takes what is left, unless that is a single one.</summary>
    public int BatchSize { get; init; } = 128;

    /// <summary>How the model's parameters are changed. Grids are always learned by Adam.</summary>
    public TrainingOptimizer Optimizer { get; init; } = TrainingOptimizer.Sgd;

    /// <summary>First learning rate of the model's parameters, above 0.</summary>
    public double LearningRate { get; init; } = 0.01;

    /// <summary>Momentum of <see cref="TrainingOptimizer.Sgd"/>, from 0 to below 1.</summary>
    public double Momentum { get; init; } = 0.9;

    /// <summary>Weight decay of parameters of two and more dimensions, 0 or more; biases and the parameters of norms have none.</summary>
    public double WeightDecay { get; init; } = 1e-4;

    /// <summary>First learning rate of the grids' steps α, 0 or more: about the share by which a step of Adam changes them, since their logarithms are learned.</summary>
    public double AlphaLearningRate { get; init; } = 2e-3;

    /// <summary>First learning rate of σ, 0 or more, likewise. <see cref="Method.Cpq"/> only.</summary>
    public double SigmaLearningRate { get; init; } = 2e-3;

    /// <summary>
    /// Weight, 0 or more, of the straight-through gradient of values that are quantized to another grid point than 0,
    /// and of its part in the gradient of α, beside the gradient of the chosen probability (arXiv 2109.02100 has 0;
    /// <c>docs/methods/training.md</c> explains the difference). <see cref="Method.Cpq"/> only.
    /// </summary>
    public double StraightThrough { get; init; } = 1;

    /// <summary>
    /// Weight, 0 or more, of the gradient of the chosen probability with respect to the quantized weights and to α
    /// (arXiv 2109.02100 has 1; <c>docs/methods/training.md</c> explains the difference). <see cref="Method.Cpq"/> only.
    /// </summary>
    public double ClusterGradient { get; init; } = 0.3;

    /// <summary>
    /// The same for activations, through which gradients flow to all earlier layers (arXiv 2109.02100 has 1;
    /// <c>docs/methods/training.md</c> explains the difference). <see cref="Method.Cpq"/> only.
    /// </summary>
    public double ActivationClusterGradient { get; init; }

    /// <summary>
    /// DropBits: probability, 0 to below 1, that the grid points which k bits have and k − 1 bits have not are dropped in a step, for each k and grid
    /// (arXiv 2109.02100, section 4). <see cref="Method.Cpq"/> only.
    /// </summary>
    public double DropBits { get; init; }

    /// <summary>
    /// λ, 0 or more: weight of the penalty Σ P(Z_k ≠ 0) by which each grid learns how many bits it needs, at most those of the settings; 0 where bit widths are
    /// fixed. As gates begin, those levels fall that are worth less than 0.23 λ in the loss. <see cref="Method.Cpq"/> only.
    /// </summary>
    public double BitPenalty { get; init; }

    /// <summary>
    /// Adam's first learning rate for the gates by which bit widths are learned, 0 or more. A gate has to go 4.4 before its level is lost: the rate times the steps in which widths are
    /// learned should be about three times that. A greater one lets chance decide.
    /// </summary>
    public double GateLearningRate { get; init; } = 0.03;

    /// <summary>
    /// Share of the epochs, rounded up, above 0 and at most 1, in which bit widths are learned; then they are fixed, and the model is trained with what they have come to.
    /// </summary>
    public double GateShare { get; init; } = 0.6;
}
