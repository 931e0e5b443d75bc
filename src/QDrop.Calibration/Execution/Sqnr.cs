using QDrop.Calibration.Memory;
using static TorchSharp.torch;

namespace QDrop.Calibration.Execution;

/// <summary>
/// Signal-to-quantization-noise ratio: 10·log₁₀(Σ y² / Σ (ŷ − y)²), y what the float model gives, ŷ what the quantized
/// one gives.
/// </summary>
internal sealed class Sqnr
{
    private double _signal, _noise;

    /// <summary>
    /// The ratio of what was added so far, in dB; infinite without noise, not a number without signal and noise.
    /// </summary>
    public double Value => Decibels(_signal, _noise);

    /// <summary>A ratio in decibels.</summary>
    /// <param name="signal">Power of the signal, 0 or more.</param>
    /// <param name="noise">Power of the noise, in the same unit.</param>
    public static double Decibels(double signal, double noise) => 10 * Math.Log10(signal / noise);

    /// <summary>
    /// The power of the noise as a share of that of the signal: not finite without a signal.
    /// </summary>
    public double Error => _noise / _signal;

    /// <summary>Adds some elements.</summary>
    /// <param name="expected">What the float model gives.</param>
    /// <param name="found">What the quantized model gives, of the same shape.</param>
    public void Add(Tensor expected, Tensor found)
    {
        _signal += Sums.OfSquares(expected);
        _noise += Sums.OfSquaredErrors(found, expected);
    }

    /// <summary>Adds the elements of some tensors. Only those of floating point count.</summary>
    /// <param name="expected">What the float model gives.</param>
    /// <param name="found">What the quantized model gives.</param>
    public void Add(IReadOnlyList<Tensor> expected, IReadOnlyList<Tensor> found)
    {
        foreach ((Tensor own, Tensor other) in expected.Zip(found).Where(static p => p.First.is_floating_point()))
            Add(own, other);
    }
}
