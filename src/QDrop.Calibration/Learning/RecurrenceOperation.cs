using QDrop.Native;
using QDrop.Quantizers;
using static TorchSharp.torch;

namespace QDrop.Calibration.Learning;

/// <summary>
/// The steps of a recurrent layer while the grid of its hidden states is learned. Each step is a graph of its own,
/// which is gone back through once: in the graph of all steps, autograd would go back from each quantized state to the
/// first step, for what the steps hand on beside it.
/// </summary>
internal sealed class RecurrenceOperation : TapedOperation
{
    private readonly Recurrence _recurrence;
    private readonly List<Step> _steps = [];

    private RecurrenceOperation(Recurrence recurrence) : base(Packed([recurrence.Gates], recurrence.Start)) =>
        _recurrence = recurrence;

    /// <summary>One step: the leaves that go into its graph, what comes out, and the tape of its quantizer.</summary>
    private sealed record Step(Tensor Gates, RecurrentState Before, RecurrentState After, GradientTape Tape);

    /// <summary>Runs the steps.</summary>
    /// <param name="recurrence">The steps.</param>
    /// <param name="learned">The grid of the hidden states.</param>
    /// <param name="tape">What the backward pass goes through.</param>
    /// <returns>The hidden state after each step, <c>[T, N, H]</c>, and the last cell state.</returns>
    public static (Tensor States, Tensor? Cell) Run(
        Recurrence recurrence, LearnedActivation learned, GradientTape tape)
    {
        var operation = new RecurrenceOperation(recurrence);
        return operation.Unpacked(tape.Record(operation, operation.Forward(learned)));
    }

    /// <inheritdoc/>
    public override Tensor Backward(Tensor gradient)
    {
        (Tensor states, Tensor? cell) = Unpacked(gradient);
        Tensor? hidden = null;
        var gates = new Tensor[_steps.Count];
        for (int t = _steps.Count - 1; t >= 0; t--)
        {
            (Tensor leaf, RecurrentState before, RecurrentState after, GradientTape tape) = _steps[t];
            Tensor own = states[t];
            own = hidden is null ? own : own.Plus(hidden);
            tape.Backward(
                cell is null ? [after.Hidden] : [after.Hidden, after.Cell!],
                cell is null ? [own] : [own, cell]);
            (gates[t], hidden, cell) = (leaf.grad!, before.Hidden.grad!, before.Cell?.grad);
        }
        return Packed(gates, new(hidden!, cell));
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        foreach (Step step in _steps)
            step.Tape.Dispose();
        base.Dispose();
    }

    private Tensor Forward(LearnedActivation learned)
    {
        RecurrentState state = _recurrence.Start;
        foreach (Tensor gates in _recurrence.Gates.detach().unbind(0))
        {
            Tensor leaf = Leaf(gates);
            var before = new RecurrentState(Leaf(state.Hidden), state.Cell is null ? null : Leaf(state.Cell));
            var tape = new GradientTape(
                before.Cell is null ? [leaf, before.Hidden] : [leaf, before.Hidden, before.Cell]);
            Tensor quantized = learned.Forward(before.Hidden.unsqueeze(0), tape).squeeze(0);
            state = _recurrence.Step(leaf, quantized, before);
            _steps.Add(new(leaf, before, state, tape));
        }
        using IDisposable guard = no_grad();
        return Packed([.. _steps.Select(static s => s.After.Hidden.unsqueeze(0))], new(null!, state.Cell)).detach();
    }

    /// <summary>One vector of all values, as the tape carries one tensor from operation to operation.</summary>
    private static Tensor Packed(IEnumerable<Tensor> steps, RecurrentState state) =>
        cat([
            .. steps.Append(state.Hidden).Append(state.Cell).OfType<Tensor>().Select(static t => t.flatten()),
        ]);

    /// <summary>The hidden states of all steps, and the last cell state.</summary>
    private (Tensor States, Tensor? Cell) Unpacked(Tensor packed)
    {
        long[] shape = _recurrence.Start.Hidden.shape;
        long state = shape.Aggregate(1L, static (product, size) => product * size), all = state * _steps.Count;
        return (
            packed.narrow(0, 0, all).view([_steps.Count, .. shape]),
            _recurrence.Start.Cell is null ? null : packed.narrow(0, all, state).view(shape));
    }

    private static Tensor Leaf(Tensor tensor) => tensor.detach().requires_grad_(true);
}
