using QDrop.Modules;
using static TorchSharp.torch;

namespace QDrop.Reconstruction;

/// <summary>
/// Runs a model's <c>forward</c> up to one unit and captures that unit's input, on all calibration inputs, batch by batch. The units
/// before it are not computed again: their outputs are given from memory, so that calibration is linear in the number of units.
/// </summary>
internal sealed class ReplayExecutor : UnitExecutor, IDisposable
{
    private readonly Dictionary<Unit, UnitOutputs> _outputs = [];
    private Unit? _target;
    private Tensor? _captured;
    private int _batch;

    /// <summary>Outputs of one unit for all calibration inputs: batch k is the rows from <c>Rows[k]</c> to <c>Rows[k + 1]</c>.</summary>
    private sealed record UnitOutputs(Tensor? Values, long[] Shape, long[] Rows);

    /// <summary>Captures the input of a unit.</summary>
    /// <param name="forward">The model.</param>
    /// <param name="inputs">Calibration inputs, in batches.</param>
    /// <param name="unit">The unit.</param>
    /// <param name="cancellation">Checked before each batch.</param>
    /// <returns>The input for all calibration inputs, and the rows at which batches begin.</returns>
    public (Tensor Input, long[] Rows) Capture(Func<Tensor, Tensor> forward, IReadOnlyList<Tensor> inputs, Unit unit, CancellationToken cancellation)
    {
        var parts = new List<Tensor>();
        var rows = new long[inputs.Count + 1];
        _target = unit;
        for (_batch = 0; _batch < inputs.Count; _batch++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            try
            {
                forward(inputs[_batch]);
                throw new QDropException("QDROP230", $"forward did not reach '{unit.Name}' on every calibration input. Which layers run must not depend on the values of the input.");
            }
            catch (UnitReachedException)
            {
                parts.Add(_captured!);
                rows[_batch + 1] = rows[_batch] + _captured!.shape[0];
            }
        }
        Tensor input = parts.Count == 1 ? parts[0] : cat(parts);
        if (parts.Count > 1)
            parts.ForEach(p => p.Dispose());
        return (input, rows);
    }

    /// <summary>Keeps a unit's outputs for the units after it.</summary>
    public void Keep(Unit unit, Tensor values, long[] rows) => _outputs[unit] = new UnitOutputs(values, values.shape, rows);

    /// <summary>Frees a unit's outputs when no later unit needs them.</summary>
    public void Forget(Unit unit)
    {
        UnitOutputs known = _outputs[unit];
        known.Values?.Dispose();
        _outputs[unit] = known with { Values = null };
    }

    /// <inheritdoc/>
    public override Tensor Run(Unit unit, Tensor input)
    {
        if (unit == _target)
        {
            _captured = input.detach().clone().DetachFromDisposeScope();
            throw new UnitReachedException();
        }
        if (!_outputs.TryGetValue(unit, out UnitOutputs? known))
            throw new QDropException("QDROP230", $"'{unit.Name}' did not run when forward ran first, but does now. Which layers run must not depend on the values of the input.");
        long count = known.Rows[_batch + 1] - known.Rows[_batch];
        // Nothing that is asked for depends on outputs that are freed: their shape is enough.
        return known.Values is { } values ? values.narrow(0, known.Rows[_batch], count).clone() : zeros([count, .. known.Shape[1..]]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (UnitOutputs outputs in _outputs.Values)
            outputs.Values?.Dispose();
    }

    /// <summary>Ends a <c>forward</c> whose rest is not needed.</summary>
    private sealed class UnitReachedException : Exception;
}
