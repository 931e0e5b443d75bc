namespace QDrop;

/// <summary>
/// What decides quantization-aware training (<see cref="Method.Cpq"/>, <see cref="Method.Lsq"/>) besides bit widths,
/// seed and data: <see cref="QuantizationSettings.Training"/>. All learning rates fall to 0 along half a cosine.
/// </summary>
public sealed record TrainingSettings
{
    /// <inheritdoc cref="QuantizeAttribute.Epochs"/>
    public int Epochs { get; init; } = 5;

    /// <inheritdoc cref="QuantizeAttribute.TrainingBatchSize"/>
    public int BatchSize { get; init; } = 128;

    /// <inheritdoc cref="QuantizeAttribute.Optimizer"/>
    public TrainingOptimizer Optimizer { get; init; } = TrainingOptimizer.Sgd;

    /// <inheritdoc cref="QuantizeAttribute.TrainingLearningRate"/>
    public double LearningRate { get; init; } = 0.01;

    /// <inheritdoc cref="QuantizeAttribute.Momentum"/>
    public double Momentum { get; init; } = 0.9;

    /// <inheritdoc cref="QuantizeAttribute.WeightDecay"/>
    public double WeightDecay { get; init; } = 1e-4;

    /// <inheritdoc cref="QuantizeAttribute.AlphaLearningRate"/>
    public double AlphaLearningRate { get; init; } = 2e-3;

    /// <inheritdoc cref="QuantizeAttribute.SigmaLearningRate"/>
    public double SigmaLearningRate { get; init; } = 2e-3;

    /// <inheritdoc cref="QuantizeAttribute.StraightThrough"/>
    public double StraightThrough { get; init; } = 1;

    /// <inheritdoc cref="QuantizeAttribute.ClusterGradient"/>
    public double ClusterGradient { get; init; } = 0.3;

    /// <inheritdoc cref="QuantizeAttribute.ActivationClusterGradient"/>
    public double ActivationClusterGradient { get; init; }

    /// <inheritdoc cref="QuantizeAttribute.DropBits"/>
    public double DropBits { get; init; }

    /// <inheritdoc cref="QuantizeAttribute.BitPenalty"/>
    public double BitPenalty { get; init; }

    /// <inheritdoc cref="QuantizeAttribute.GateLearningRate"/>
    public double GateLearningRate { get; init; } = 0.03;

    /// <inheritdoc cref="QuantizeAttribute.GateShare"/>
    public double GateShare { get; init; } = 0.6;
}
