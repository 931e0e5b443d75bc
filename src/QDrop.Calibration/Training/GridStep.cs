namespace QDrop.Calibration.Training;

/// <summary>What is learned of a grid.</summary>
/// <param name="Alpha">α, the distance of neighbouring grid points.</param>
/// <param name="Sigma">σ, the width of the logistic distribution around an element.</param>
internal readonly record struct GridStep(float Alpha, float Sigma)
{
    /// <summary>T = α / σ.</summary>
    public float Sharpness => Alpha / Sigma;
}

/// <summary>Of what the gradients of elements and of α are made.</summary>
/// <param name="Chosen">
/// Weight of the gradient of the chosen probability; that of σ has 1. Where it is 0, σ has no gradient.
/// </param>
/// <param name="Straight">Weight of the straight-through gradient.</param>
internal readonly record struct EstimatorWeights(float Chosen, float Straight);
