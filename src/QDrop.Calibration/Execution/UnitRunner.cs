using QDrop.Calibration.Inputs;
using QDrop.Calibration.Memory;
using QDrop.CompilerServices;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Calibration.Execution;

/// <summary>Runs single units on all calibration inputs.</summary>
/// <param name="batches">The calibration inputs, whose batches are those of a unit's inputs.</param>
/// <param name="layouts">Where the samples are in what goes into and comes out of each unit.</param>
/// <param name="profile">Counts the time.</param>
/// <param name="cancellation">Checked before each batch.</param>
/// <param name="memory">Gives memory for outputs.</param>
internal sealed class UnitRunner(
    CalibrationBatches batches,
    IReadOnlyDictionary<Unit, UnitLayouts> layouts,
    CalibrationProfile profile,
    CancellationToken cancellation,
    ActivationMemory? memory = null)
{
    /// <summary>A unit's outputs.</summary>
    public Samples Compute(Unit unit, Samples input)
    {
        using CalibrationProfile.Lap lap = profile.In(CalibrationPhase.Outputs);
        using IDisposable guard = no_grad();
        using var builder = new SamplesBuilder(layouts[unit].Outputs, input.IsShared ? 1 : input.Count)
        {
            Memory = memory,
        };
        foreach ((long start, long count) in Parts(input))
        {
            cancellation.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            builder.Add(unit.Compute(input.Slice(start, count)), count);
        }
        return builder.Build();
    }

    /// <summary>
    /// Mean squared error of a unit's outputs, summed over channels: the loss that reconstruction lowers.
    /// </summary>
    /// <param name="unit">The unit.</param>
    /// <param name="input">What went into it.</param>
    /// <param name="found">What came out of it.</param>
    /// <param name="expected">What should have.</param>
    /// <param name="weights">What squared errors are weighted with; <see langword="null"/> for 1.</param>
    public double Error(Unit unit, Samples input, Samples found, Samples expected, Samples? weights = null)
    {
        using CalibrationProfile.Lap lap = profile.In(CalibrationPhase.Outputs);
        double sum = 0;
        foreach (int target in UnitOutputs.Targets(input, expected))
        {
            Tensor own = found.Values[target], other = expected.Values[target];
            cancellation.ThrowIfCancellationRequested();
            double squares = Sums.OfSquaredErrors(own, other, weights?.Values[target]);
            sum +=
                squares * other.shape[UnitOutputs.ChannelAxis(unit.LearnedWeights, expected, target)] / other.numel();
        }
        return sum;
    }

    /// <summary>Mean square of a unit's outputs, summed over channels: the error that zeros would have.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="input">What goes into it.</param>
    /// <param name="output">What comes out of it.</param>
    public double Power(Unit unit, Samples input, Samples output)
    {
        using CalibrationProfile.Lap lap = profile.In(CalibrationPhase.Outputs);
        double sum = 0;
        foreach (int target in UnitOutputs.Targets(input, output))
        {
            Tensor values = output.Values[target];
            cancellation.ThrowIfCancellationRequested();
            double squares = Sums.OfSquares(values);
            sum +=
                squares * values.shape[UnitOutputs.ChannelAxis(unit.LearnedWeights, output, target)] / values.numel();
        }
        return sum;
    }

    /// <summary>The batches in which a unit is computed: one where its inputs do not depend on the sample.</summary>
    private IEnumerable<(long Start, long Count)> Parts(Samples input) =>
        input.IsShared ? [(0, 1)] : batches.All.Select(static b => (b.Start, b.Count));
}
