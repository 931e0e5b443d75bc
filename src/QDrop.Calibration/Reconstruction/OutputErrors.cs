using QDrop.Calibration.Execution;
using QDrop.Calibration.Inputs;
using QDrop.Calibration.Memory;
using QDrop.Calibration.Ranges;
using QDrop.CompilerServices;
using static TorchSharp.torch;

namespace QDrop.Calibration.Reconstruction;

/// <summary>
/// Measures the errors of those outputs of a unit that are reconstructed: in the outputs' own unit for reports, and
/// relative to their size for the loss, so that what is learned does not depend on the unit.
/// </summary>
internal sealed class OutputErrors
{
    /// <summary>
    /// Root mean square of outputs whose loss is just the mean of Σ|error|²: that of usual units after batch norm and
    /// ReLU, for which the published λ is meant.
    /// </summary>
    public const double UsualSize = 0.875;

    private readonly Samples _expected;
    private readonly CalibrationProfile _profile;
    private readonly CancellationToken _cancellation;
    private readonly Output[] _outputs;

    /// <summary>Measures the outputs.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="input">What goes into it.</param>
    /// <param name="expected">What comes out of it where nothing is quantized.</param>
    /// <param name="profile">Counts the time.</param>
    /// <param name="cancellation">Checked now and then.</param>
    public OutputErrors(
        Unit unit, Samples input, Samples expected, CalibrationProfile profile, CancellationToken cancellation)
    {
        (_expected, _profile, _cancellation) = (expected, profile, cancellation);
        using CalibrationProfile.Lap lap = profile.In(CalibrationPhase.Outputs);
        _outputs = [.. UnitOutputs.Targets(input, expected).Select(i => SizeOf(unit, i))];
    }

    /// <summary>Mean square of the outputs, summed over channels: the error that zeros would have.</summary>
    public double Power => _outputs.Sum(static o => o.MeanSquare * o.Channels);

    /// <summary>The same in the measure of the loss.</summary>
    public double LossPower => _outputs.Sum(static o => o.MeanSquare * o.Channels * o.Factor * o.Factor);

    /// <summary>
    /// Whether what comes out is less than the smallest step of a grid: no grid holds it, and nothing can be learned.
    /// </summary>
    public bool AreBelowSteps =>
        _outputs.All(static o => o is { MeanSquare: > 0, Size: < QuantizationRange.SmallestScale });

    /// <summary>What errors of each output are multiplied with in the loss.</summary>
    public IReadOnlyList<float> Factors => [.. _outputs.Select(static o => (float)o.Factor)];

    /// <summary>Mean squared error, summed over channels.</summary>
    /// <param name="found">What came out of the unit.</param>
    public double Of(Samples found) => _outputs.Sum(o => Mean(o, found, LossNorm.Squares.Power));

    /// <summary>The loss that reconstruction lowers.</summary>
    /// <param name="found">What came out of the unit.</param>
    /// <param name="norm">How errors count.</param>
    /// <param name="weights">What squared errors are weighted with; <see langword="null"/> for 1.</param>
    public double Loss(Samples found, LossNorm norm, Samples? weights) =>
        _outputs.Sum(o => Mean(o, found, norm.Power, (float)o.Factor, weights)) * norm.Factor;

    /// <summary>How errors are to count.</summary>
    /// <param name="norm">The power, or <see cref="QDrop.Norm.Auto"/>.</param>
    /// <param name="found">What came out of the unit before reconstruction.</param>
    public LossNorm Norm(double norm, Samples found) =>
        ErrorShape.Norm(
            norm,
            [.. _outputs.Select(o => (found.Values[o.Index], _expected.Values[o.Index]))],
            [.. _outputs.Select(static o => (float)o.Factor)]);

    private Output SizeOf(Unit unit, int index)
    {
        Tensor values = _expected.Values[index];
        long channels = values.shape[UnitOutputs.ChannelAxis(unit.LearnedWeights, _expected, index)];
        _cancellation.ThrowIfCancellationRequested();
        return new(index, channels, values.numel() == 0 ? 0 : Sums.OfSquares(values) / values.numel());
    }

    /// <summary>Mean over positions, summed over channels, of |error · factor|^power.</summary>
    private double Mean(Output output, Samples found, double power, float factor = 1, Samples? weights = null)
    {
        using CalibrationProfile.Lap lap = _profile.In(CalibrationPhase.Outputs);
        _cancellation.ThrowIfCancellationRequested();
        Tensor own = found.Values[output.Index], other = _expected.Values[output.Index];
        double sum = weights is null
            ? Sums.OfErrors(own, other, power, factor)
            // Weights are of squares.
            : (double)factor * factor * Sums.OfSquaredErrors(own, other, weights.Values[output.Index]);
        return sum * output.Channels / other.numel();
    }

    /// <summary>An output that is reconstructed.</summary>
    /// <param name="Index">Its number.</param>
    /// <param name="Channels">Number of channels.</param>
    /// <param name="MeanSquare">Mean square of the float unit's values.</param>
    private readonly record struct Output(int Index, long Channels, double MeanSquare)
    {
        /// <summary>Root mean square of the float unit's values.</summary>
        public double Size => Math.Sqrt(MeanSquare);

        /// <summary>
        /// What errors are multiplied with in the loss; 1 where all values are 0. Of values below the smallest step, it
        /// is that of such a step: their own would be no float.
        /// </summary>
        public double Factor => MeanSquare > 0 ? UsualSize / Math.Max(Size, QuantizationRange.SmallestScale) : 1;
    }
}
