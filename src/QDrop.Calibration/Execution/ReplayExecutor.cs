using QDrop.Calibration.Inputs;
using QDrop.CompilerServices;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Calibration.Execution;

/// <summary>
/// Runs a model's <c>forward</c> up to one unit and captures that unit's inputs, on all calibration inputs, batch by
/// batch. The units before it are not computed again: their outputs are given from memory, so that calibration is
/// linear in the number of units.
/// </summary>
/// <param name="layouts">Where the samples are in what goes into each unit.</param>
/// <param name="modelInputs">The calibration inputs, <c>[samples, …]</c> each.</param>
/// <param name="memory">Gives memory for what is captured.</param>
internal sealed class ReplayExecutor(
    IReadOnlyDictionary<Unit, UnitLayouts> layouts,
    IReadOnlyList<Tensor> modelInputs,
    ActivationMemory? memory = null) : UnitExecutor, IDisposable
{
    private readonly Dictionary<Unit, Samples> _outputs = [];
    private Unit? _target;
    private Bundle? _captured;
    private (long Start, long Count) _batch;

    /// <summary>Captures the inputs of a unit.</summary>
    /// <param name="forward">The model.</param>
    /// <param name="inputs">
    /// Calibration inputs, in batches, each with its first sample and its number of samples.
    /// </param>
    /// <param name="unit">The unit.</param>
    /// <param name="cancellation">Checked before each batch.</param>
    /// <returns>The inputs for all calibration inputs.</returns>
    public Samples Capture(
        Action<Bundle> forward, IReadOnlyList<CalibrationBatch> inputs, Unit unit, CancellationToken cancellation)
    {
        // What goes into a unit is, more often than not, what came out of the one before.
        using var builder = new SamplesBuilder(
            layouts[unit].Inputs,
            inputs.Sum(static b => b.Count),
            [.. modelInputs, .. _outputs.Values.SelectMany(static o => o.Kept)])
        {
            Memory = memory,
        };
        _target = unit;
        foreach (CalibrationBatch batch in inputs)
        {
            cancellation.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            _batch = (batch.Start, batch.Count);
            try
            {
                forward(batch.Inputs);
                throw new QDropException(
                    Codes.ForwardThrew,
                    $"forward did not reach '{unit.Name}' on every calibration input. Which layers run must not depend "
                        + "on the values of the input.");
            }
            catch (UnitReachedException)
            {
                try
                {
                    builder.Add(_captured!, batch.Count);
                }
                finally
                {
                    foreach (Tensor tensor in _captured!.Tensors)
                        tensor.Dispose();
                }
            }
        }
        return builder.Build();
    }

    /// <summary>Keeps a unit's outputs for the units after it.</summary>
    public void Keep(Unit unit, Samples outputs) => _outputs[unit] = outputs;

    /// <summary>Frees a unit's outputs when no later unit needs them.</summary>
    public void Forget(Unit unit) => _outputs[unit].Forget();

    /// <inheritdoc/>
    public override Bundle Run(Unit unit, Bundle inputs)
    {
        if (unit == _target)
        {
            // Dispose scopes of forward end before the tensors are looked at.
            _captured = inputs.Select(static t => t.detach().DetachFromDisposeScope());
            throw new UnitReachedException();
        }
        return OutputOf(unit, _batch.Start, _batch.Count);
    }

    /// <summary>What a unit before gave for a batch.</summary>
    public Bundle OutputOf(Unit unit, CalibrationBatch batch) => OutputOf(unit, batch.Start, batch.Count);

    private Bundle OutputOf(Unit unit, long start, long count)
    {
        if (!_outputs.TryGetValue(unit, out Samples? known))
            throw new QDropException(
                Codes.ForwardThrew,
                $"'{unit.Name}' did not run when forward ran first, but does now. Which layers run must not depend on "
                    + "the values of the input.");
        // Nothing that is asked for depends on outputs that are freed: their shape is enough.
        return known.Slice(start, count);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Samples outputs in _outputs.Values)
            outputs.Dispose();
    }

    /// <summary>Ends a <c>forward</c> whose rest is not needed.</summary>
    private sealed class UnitReachedException : Exception;
}
