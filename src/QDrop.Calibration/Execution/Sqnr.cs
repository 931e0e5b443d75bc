using QDrop.Calibration.Ranges;
using QDrop.Native;
using TorchSharp;
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

    /// <summary>The ratio of some tensors to others, in dB. Only those of floating point count.</summary>
    public static double Between(IReadOnlyList<Tensor> expected, IReadOnlyList<Tensor> found) =>
        Of(expected, found).Value;

    /// <summary>
    /// The power of the noise as a share of that of the signal, between some tensors and others: not finite without a
    /// signal. Only those of floating point count.
    /// </summary>
    public static double ErrorBetween(IReadOnlyList<Tensor> expected, IReadOnlyList<Tensor> found)
    {
        Sqnr ratio = Of(expected, found);
        return ratio._noise / ratio._signal;
    }

    /// <summary>Adds some elements.</summary>
    /// <param name="expected">What the float model gives.</param>
    /// <param name="found">What the quantized model gives, of the same shape.</param>
    public void Add(Tensor expected, Tensor found)
    {
        using IDisposable guard = no_grad();
        using DisposeScope scope = NewDisposeScope();
        (double signal, double noise) = (SumOfSquares(expected), SumOfSquares(found - expected));
        _signal += signal;
        _noise += noise;
    }

    /// <summary>The sum of squares, which neither overflow nor vanish, of a tensor that may be empty.</summary>
    private static double SumOfSquares(Tensor values)
    {
        if (values.numel() == 0)
            return 0;
        var unit = ValueUnit.Of(Math.Max(values.max().ToDouble(), -values.min().ToDouble()));
        using Scalar factor = unit.Inverse;
        return values.mul(factor).Squared().sum().ToDouble() * unit.Square;
    }

    private static Sqnr Of(IReadOnlyList<Tensor> expected, IReadOnlyList<Tensor> found)
    {
        var ratio = new Sqnr();
        foreach ((Tensor own, Tensor other) in expected.Zip(found).Where(static p => p.First.is_floating_point()))
            ratio.Add(own, other);
        return ratio;
    }
}
