using QDrop.Recording;
using static TorchSharp.torch;

namespace QDrop.Quantizers;

/// <summary>What a recurrent layer hands from one step to the next.</summary>
/// <param name="Hidden">The hidden state <c>[N, H]</c>, which is also what the step gives.</param>
/// <param name="Cell">The cell state of an LSTM <c>[N, H]</c>; <see langword="null"/> for others.</param>
internal readonly record struct RecurrentState(Tensor Hidden, Tensor? Cell);

/// <summary>One step of a recurrence.</summary>
/// <param name="gates">The products of the step's input <c>[N, G]</c>.</param>
/// <param name="quantized">The hidden state as the step multiplies with it.</param>
/// <param name="state">The state before the step.</param>
/// <returns>The state after the step.</returns>
internal delegate RecurrentState RecurrentStep(Tensor gates, Tensor quantized, RecurrentState state);

/// <summary>
/// The steps of a recurrent layer in one direction. One quantizer is for the hidden state in all of them: it stands
/// before the product with the hidden state, and what the steps hand on stays float.
/// </summary>
/// <param name="Gates">The products of the inputs, in the order of the steps: <c>[T, N, G]</c>.</param>
/// <param name="Start">The state before the first step.</param>
/// <param name="Step">Computes a step.</param>
internal sealed record Recurrence(Tensor Gates, RecurrentState Start, RecurrentStep Step)
{
    /// <summary>Runs all steps.</summary>
    /// <param name="quantize">Quantizes a hidden state, given as <c>[1, N, H]</c>.</param>
    /// <returns>The hidden state after each step, <c>[T, N, H]</c>, and the last cell state.</returns>
    public (Tensor States, Tensor? Cell) Run(Func<Tensor, Tensor> quantize)
    {
        RecurrentState state = Start;
        var states = new List<Tensor>();
        Tensor[] all = Gates.unbind(0);
        for (int t = 0; t < all.Length; t++)
        {
            Tensor gates = Note.Selected(all[t], Gates, 0, t);
            Tensor one = quantize(Note.Reshaped(state.Hidden.unsqueeze(0), state.Hidden));
            state = Step(gates, Note.Reshaped(one.squeeze(0), one), state);
            states.Add(state.Hidden);
        }
        return (Note.Stacked([.. states], 0), state.Cell);
    }

    /// <summary>The hidden state before each step, <c>[T, N, H]</c>.</summary>
    /// <param name="states">The hidden state after each step.</param>
    public Tensor Before(Tensor states) =>
        cat([Start.Hidden.unsqueeze(0), states.narrow(0, 0, states.shape[0] - 1)], 0);
}
