using QDrop.Calibration.Inputs;
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

    /// <summary>The batches in which a unit is computed: one where its inputs do not depend on the sample.</summary>
    private IEnumerable<(long Start, long Count)> Parts(Samples input) =>
        input.IsShared ? [(0, 1)] : batches.All.Select(static b => (b.Start, b.Count));
}
