using QDrop.Quantizers;

namespace QDrop.Calibration.Reconstruction;

/// <summary>
/// Learns the scales of a unit's activations in all iterations. The learning rate falls to 0 along a cosine.
/// </summary>
/// <param name="activations">The quantizers whose scales are learned.</param>
/// <param name="settings">The settings.</param>
internal sealed class ActivationSteps(IReadOnlyList<ActivationQuantizer> activations, QuantizationSettings settings)
{
    private readonly ScaleOptimizer[] _optimizers = [.. activations.Select(static a => new ScaleOptimizer(a))];

    /// <summary>One step, after the backward pass of an iteration counted from 1.</summary>
    public void Step(int iteration)
    {
        double rate = Cosine(settings.ActivationLearningRate, iteration, settings.Iterations);
        foreach (ScaleOptimizer optimizer in _optimizers)
            optimizer.Step(rate);
    }

    /// <summary>A learning rate that falls to 0 along a cosine.</summary>
    /// <param name="first">That of the first iteration.</param>
    /// <param name="iteration">The iteration, counted from 1.</param>
    /// <param name="iterations">Iterations in all.</param>
    public static double Cosine(double first, int iteration, int iterations) =>
        first * (1 + Math.Cos(Math.PI * (iteration - 1) / iterations)) / 2;
}
