using QDrop.Modules;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Reconstruction;

/// <summary>Runs single units on all calibration inputs.</summary>
/// <param name="batches">The calibration inputs, whose batches are those of a unit's inputs.</param>
/// <param name="layouts">Where the samples are in what goes into and comes out of each unit.</param>
/// <param name="profile">Counts the time.</param>
/// <param name="cancellation">Checked before each batch.</param>
internal sealed class UnitRunner(CalibrationBatches batches, IReadOnlyDictionary<Unit, UnitLayouts> layouts, CalibrationProfile profile, CancellationToken cancellation)
{
    /// <summary>A unit's outputs.</summary>
    public Samples Compute(Unit unit, Samples input)
    {
        using var lap = profile.In(CalibrationPhase.Outputs);
        using var guard = no_grad();
        var parts = new List<Bundle>();
        foreach ((long start, long count) in Parts(input))
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            parts.Add(unit.Compute(input.Slice(start, count)).Select(static t => t.detach().MoveToOuterDisposeScope()));
        }
        Samples all = Samples.Of(layouts[unit].Outputs, parts);
        foreach (Tensor part in parts.SelectMany(static p => p.Tensors))
            part.Dispose();
        return all;
    }

    /// <summary>Mean squared error of a unit's outputs, summed over channels: the loss that reconstruction lowers.</summary>
    public double Error(Unit unit, Samples input, Samples expected)
    {
        using var lap = profile.In(CalibrationPhase.Outputs);
        using var guard = no_grad();
        int[] targets = UnitReconstructor.Targets(input, expected);
        var sums = new double[targets.Length];
        foreach ((long start, long count) in Parts(input))
        {
            using var scope = NewDisposeScope();
            IReadOnlyList<Tensor> found = unit.Compute(input.Slice(start, count)).Tensors, wanted = expected.Slice(start, count).Tensors;
            for (int i = 0; i < targets.Length; i++)
                sums[i] += (found[targets[i]] - wanted[targets[i]]).square().sum().ToDouble();
        }
        return targets.Select((target, i) => sums[i] * expected.Values[target].shape[UnitReconstructor.ChannelAxis(unit, expected, target)] / expected.Values[target].numel()).Sum();
    }

    /// <summary>The batches in which a unit is computed: one where its inputs do not depend on the sample.</summary>
    private IEnumerable<(long Start, long Count)> Parts(Samples input) => input.IsShared ? [(0, 1)] : batches.All.Select(static b => (b.Start, b.Count));
}
