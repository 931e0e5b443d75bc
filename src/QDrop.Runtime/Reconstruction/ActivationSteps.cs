using QDrop.Quantizers;

namespace QDrop.Reconstruction;

/// <summary>Learns the grids of a unit's activations: scales in all iterations, exponents from one on. The learning rate falls to 0 along a cosine.</summary>
/// <param name="activations">The quantizers whose grids are learned.</param>
/// <param name="settings">The settings.</param>
/// <param name="begin">Iterations before exponents are learned.</param>
internal sealed class ActivationSteps(ActivationQuantizer[] activations, QuantizationSettings settings, int begin)
{
    private readonly ScaleOptimizer[] _optimizers = [.. activations.Select(a => new ScaleOptimizer(a))];
    private readonly bool _exponents = settings.Scale == Scale.PowerOfTwo;

    /// <summary>Is called before each iteration, counted from 1.</summary>
    public void Begin(int iteration)
    {
        if (!_exponents || iteration != begin + 1)
            return;
        foreach (ActivationQuantizer activation in activations)
            activation.BeginExponents();
    }

    /// <summary>One step, after the backward pass of an iteration.</summary>
    public void Step(int iteration)
    {
        int before = _exponents ? begin : 0;
        if (iteration <= before)
            return;
        double first = _exponents ? settings.ExponentsOrDefault.ActivationLearningRate : settings.ActivationLearningRate;
        double rate = first * (1 + Math.Cos(Math.PI * (iteration - before - 1) / (settings.Iterations - before))) / 2;
        foreach (ScaleOptimizer optimizer in _optimizers)
            optimizer.Step(rate);
    }
}
