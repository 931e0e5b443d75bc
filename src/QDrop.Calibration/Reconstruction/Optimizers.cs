using QDrop.Calibration.Learning;
using QDrop.Native;
using QDrop.Quantizers;
using static TorchSharp.torch;

namespace QDrop.Calibration.Reconstruction;

/// <summary>Learns the rounding of one weight.</summary>
internal sealed unsafe class RoundingOptimizer(WeightQuantizer quantizer)
{
    private readonly Adam _adam = new(quantizer.Weight.NumberOfElements);
    private readonly WeightCalibration _rounding = quantizer.Calibration;

    /// <summary>One step along the gradient that the last backward pass left, plus that of the regulariser.</summary>
    /// <param name="learningRate">The learning rate.</param>
    /// <param name="beta">β of the regulariser; <see langword="null"/> if it has no part in the loss yet.</param>
    /// <param name="lambda">λ, the regulariser's weight.</param>
    /// <returns>The regulariser's part of the loss.</returns>
    public double Step(double learningRate, double? beta, double lambda)
    {
        using Tensor? gradient = _rounding.TakeSlope();
        // The unit's output does not depend on a weight that it does not use.
        if (gradient is null)
            return 0;
        float* at = DenseMemory.Floats(_rounding.Alpha!), slope = DenseMemory.Floats(gradient);
        AdamStep step = _adam.Next(learningRate);
        double penalty = _rounding.Backward(
            gradient,
            (float?)beta,
            (float)lambda,
            (first, count) => _adam.Step(at + first, slope + first, (int)first, count, step));
        _rounding.Changed();
        return lambda * penalty;
    }
}

/// <summary>
/// Learns the scales of one activation quantizer, or their exponents, and its offsets where they are learned.
/// </summary>
internal sealed unsafe class ScaleOptimizer(ActivationQuantizer activation)
{
    private readonly Adam _scale = new(activation.Scale!.NumberOfElements),
        _offset = new(activation.Scale!.NumberOfElements);

    /// <summary>One step along the gradients that the last backward pass left.</summary>
    public void Step(double learningRate)
    {
        LearnedActivation learned = activation.Calibration.Learning!;
        Step(_scale, learned.Steps, learned.ScaleGradient, learned.Sizes, learningRate);
        if (learned.Offset is { } offset)
            Step(_offset, offset, learned.OffsetGradient, learned.Sizes, learningRate);
    }

    private static void Step(Adam adam, Tensor value, float[]? gradient, float[]? sizes, double learningRate)
    {
        // Where every element was dropped, it had no influence.
        if (gradient is null)
            return;
        float* at = DenseMemory.Floats(value);
        fixed (float* slope = gradient)
        {
            if (sizes is null)
            {
                adam.Step(at, slope, learningRate);
            }
            else
            {
                AdamStep step = adam.Next(learningRate);
                for (int c = 0; c < sizes.Length; c++)
                {
                    slope[c] *= sizes[c];
                    adam.Step(at + c, slope + c, c, 1, step with { Rate = step.Rate * sizes[c] });
                }
            }
        }
        Array.Clear(gradient);
    }
}
