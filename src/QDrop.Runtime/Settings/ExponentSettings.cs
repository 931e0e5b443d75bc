namespace QDrop;

/// <summary>How the exponents of steps that are powers of two are learned (arXiv 2204.12322).</summary>
public sealed record ExponentSettings
{
    /// <inheritdoc cref="QuantizeAttribute.ExponentShare"/>
    public double Share { get; init; } = 0.1;

    /// <inheritdoc cref="QuantizeAttribute.ExponentReach"/>
    public double Reach { get; init; } = 8;

    /// <inheritdoc cref="QuantizeAttribute.ExponentWeight"/>
    public double Weight { get; init; } = 10;

    /// <inheritdoc cref="QuantizeAttribute.ExponentRoundingWeight"/>
    public double RoundingWeight { get; init; } = 1;

    /// <inheritdoc cref="QuantizeAttribute.ExponentActivationShare"/>
    public double ActivationShare { get; init; } = 0.3;

    /// <inheritdoc cref="QuantizeAttribute.ExponentActivationLearningRate"/>
    public double ActivationLearningRate { get; init; } = 0.01;
}
