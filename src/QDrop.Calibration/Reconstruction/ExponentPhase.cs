using QDrop.Calibration.Learning;
using QDrop.Quantizers;

namespace QDrop.Calibration.Reconstruction;

/// <summary>
/// The phase of a unit's reconstruction in which the exponents of its weights' steps are learned, all of them together
/// and with rounding (arXiv 2204.12322). It ends with whole exponents, which stay.
/// </summary>
internal sealed class ExponentPhase
{
    /// <summary>
    /// β at the end: near 1 the regulariser pushes from the middle between two exponents, too, where its slope is 0 for
    /// 2.
    /// </summary>
    private const double BetaEnd = 1.1;

    /// <summary>Share of the phase in which β falls; then it stays, so that what is pushed arrives.</summary>
    private const double Falling = 0.75;

    private readonly IReadOnlyList<WeightCalibration> _weights;
    private readonly ExponentOptimizer[] _optimizers;
    private readonly Temperature _temperature;
    private readonly double _rate, _lambda, _roundingError;
    private int _settled, _count;

    /// <summary>Begins it: the weights are quantized with steps that are no powers of two yet.</summary>
    /// <param name="weights">The unit's weights.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="error">The unit's error before reconstruction, in the measure of the loss.</param>
    /// <param name="channelsLast">Whether images are in channels_last order.</param>
    public ExponentPhase(
        IReadOnlyList<WeightQuantizer> weights, QuantizationSettings settings, double error, bool channelsLast)
    {
        ExponentSettings exponents = settings.ExponentsOrDefault;
        _weights = [.. weights.Select(static w => w.Calibration)];
        Iterations = (int)(settings.Iterations * exponents.Share);
        _temperature = new((int)(Iterations * Falling), 0, Math.Max(settings.BetaStart, BetaEnd), BetaEnd);
        foreach (WeightCalibration weight in _weights)
            weight.BeginExponents(channelsLast);
        _optimizers = [.. _weights.Select(w => new ExponentOptimizer(w.Exponents!))];
        _rate = exponents.Reach / Math.Max(1, Iterations);
        // What moves an exponent is its part of the error, which differs from unit to unit by orders of magnitude.
        _lambda = exponents.Weight * error / _weights.Sum(static w => w.Exponents!.Channels.Count);
        _roundingError = exponents.RoundingWeight * error / _weights.Count;
    }

    /// <summary>Iterations of the phase.</summary>
    public int Iterations { get; }

    /// <summary>Share of the exponents that had settled when they were fixed; not a number without any.</summary>
    public double Settled => (double)_settled / _count;

    /// <summary>One step of the exponents, in an iteration counted from 1.</summary>
    /// <returns>The regulariser's part of the loss.</returns>
    public double Step(int iteration)
    {
        double total = 0.0;
        foreach (ExponentOptimizer optimizer in _optimizers)
            total += optimizer.Step(_rate, _temperature.Beta(iteration), _lambda, _roundingError);
        foreach (WeightCalibration weight in _weights)
            weight.Changed();
        return total;
    }

    /// <summary>Fixes the exponents.</summary>
    public void End()
    {
        foreach (WeightCalibration weight in _weights)
        {
            (int settled, int count) = weight.HardenExponents();
            _settled += settled;
            _count += count;
        }
    }
}

/// <summary>Learns the exponents of one weight.</summary>
internal sealed unsafe class ExponentOptimizer(LearnedExponents exponents)
{
    private readonly Adam _adam = new(exponents.V.Length);

    /// <summary>One step along the gradient that the last backward pass left, plus that of the regulariser.</summary>
    /// <param name="learningRate">The learning rate.</param>
    /// <param name="beta">β of the regulariser.</param>
    /// <param name="lambda">The regulariser's weight.</param>
    /// <param name="roundingError">The weight of the error that rounding to nearest makes.</param>
    /// <returns>The part of the loss of both.</returns>
    public double Step(double learningRate, double beta, double lambda, double roundingError)
    {
        // The unit's output does not depend on a weight that it does not use.
        if (exponents.Gradient is not { } gradient)
            return 0;
        fixed (float* at = exponents.V, slope = gradient)
        {
            double penalty = LearnedRounding.Regularize(at, slope, exponents.V.Length, (float)beta, (float)lambda);
            double rounding = exponents.RoundingError(slope, roundingError);
            _adam.Step(at, slope, learningRate);
            Array.Clear(gradient);
            return lambda * penalty + roundingError * rounding;
        }
    }
}
