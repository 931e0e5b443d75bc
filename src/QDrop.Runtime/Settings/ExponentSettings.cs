namespace QDrop;

/// <summary>How the exponents of steps that are powers of two are learned (arXiv 2204.12322).</summary>
public sealed record ExponentSettings
{
    /// <summary>Share of the iterations, above 0 and below 1, in which the exponents of weights are learned; then they are fixed.</summary>
    public double Share { get; init; } = 0.1;

    /// <summary>
    /// How far a variable v could go in that time if it always went in one direction, above 0: Adam's learning rate times the iterations. From the middle between two exponents
    /// it is 2.4 to either.
    /// </summary>
    public double Reach { get; init; } = 8;

    /// <summary>
    /// Weight, 0 or more, of the regulariser that pushes each exponent to a whole number, in shares of the unit's error before reconstruction that fall to an exponent.
    /// </summary>
    public double Weight { get; init; } = 10;

    /// <summary>
    /// Weight, 0 or more, of the error that rounding to nearest makes with the exponents, in shares of the unit's error before reconstruction that fall to a layer. Soft rounding
    /// does not show that error.
    /// </summary>
    public double RoundingWeight { get; init; } = 1;

    /// <summary>
    /// Share of the iterations, from 0 to what <see cref="Share"/> leaves of 1, in which the exponents of activations are learned, after those of weights; then they are fixed,
    /// and rounding goes on.
    /// </summary>
    public double ActivationShare { get; init; } = 0.3;

    /// <summary>Adam's first learning rate, 0 or more, for log2 of the steps of activations; a cosine takes it to 0.</summary>
    public double ActivationLearningRate { get; init; } = 0.01;
}
