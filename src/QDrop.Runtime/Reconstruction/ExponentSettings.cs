namespace QDrop;

/// <summary>How the exponents of steps that are powers of two are learned (arXiv 2204.12322).</summary>
public sealed record ExponentSettings
{
    /// <summary>Share of the iterations, above 0 and below 1, in which the exponents of weights are learned; then they are fixed, and rounding and activations go on.</summary>
    public double Share { get; init; } = 0.2;

    /// <summary>
    /// How far a variable v could go in that time if it always went in one direction, above 0: Adam's learning rate times the iterations. From the middle between two exponents
    /// it is 2.4 to either.
    /// </summary>
    public double Reach { get; init; } = 8;

    /// <summary>
    /// Weight, 0 or more, of the regulariser that pushes each exponent to a whole number, in shares of the unit's error before reconstruction that fall to an exponent.
    /// </summary>
    public double Weight { get; init; } = 10;

    /// <summary>Adam's first learning rate, 0 or more, for log2 of the steps of activations; a cosine takes it to 0.</summary>
    public double ActivationLearningRate { get; init; } = 0.01;
}
