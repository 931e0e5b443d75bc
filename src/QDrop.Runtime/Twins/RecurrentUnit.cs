using QDrop.Layers;
using QDrop.Quantizers;
using QDrop.Recording;
using static TorchSharp.torch;
using Module = TorchSharp.torch.nn.Module;

namespace QDrop.CompilerServices;

/// <summary>
/// The quantized counterpart of <c>LSTM</c>, <c>GRU</c> and <c>RNN</c>, one unit of reconstruction. The products of
/// inputs and of hidden states are quantized linear layers. Quantizers follow the values that go into them, as for any
/// layer: one for the outputs of each layer that the next one reads, and one for the hidden states of all steps of a
/// layer in one direction. Gates, cell states and what the steps hand on are float.
/// </summary>
internal sealed class RecurrentUnit : Unit
{
    private readonly RecurrentKind _kind;
    private readonly bool _batchFirst;
    private readonly long _hidden;
    private readonly Layer[] _layers;
    private readonly ActivationQuantizer? _final, _output;
    private bool _known;

    /// <summary>Makes it.</summary>
    /// <param name="context">What the twins of the model share.</param>
    /// <param name="name">The module's path in the model.</param>
    /// <param name="feeds">Where the module's output goes.</param>
    /// <param name="module">The float module.</param>
    /// <exception cref="QDropException">The module's parameters have been disposed (QDROP232).</exception>
    public RecurrentUnit(QuantizationContext context, string name, Feeds feeds, Module module)
        : base(context, context.UnitName(name))
    {
        var parameters = RecurrentParameters.Of(name, module);
        var probe = new RecurrentProbe(module, parameters);
        (_kind, _batchFirst, _hidden) = (probe.Kind(), probe.IsBatchFirst(), parameters.Hidden);
        _layers =
        [
            .. parameters.Layers.Select((directions, l) => new Layer(
                l > 0 ? context.Activation($"{name}.input_l{l}") : null,
                [
                    .. directions.Select(d => new Direction(
                        context.Layer(d.Input), context.Activation($"{name}.state{d.Name}"), context.Layer(d.Hidden))),
                ])),
        ];
        if (feeds != Feeds.Next)
            return;
        _final = _layers.Length > 1 ? context.Activation($"{name}.final") : null;
        _output = context.Activation($"{name}.output");
    }

    /// <summary>A layer.</summary>
    /// <param name="Input">Quantizes the outputs of the layer before; none before the first.</param>
    /// <param name="Directions">From the first step to the last, and the other way where the module has two.</param>
    private sealed record Layer(ActivationQuantizer? Input, Direction[] Directions);

    /// <summary>A layer in one direction.</summary>
    /// <param name="Input">The products of the inputs.</param>
    /// <param name="State">Quantizes the hidden states.</param>
    /// <param name="Hidden">The products of the hidden states.</param>
    private sealed record Direction(QuantizedLayer Input, ActivationQuantizer State, QuantizedLayer Hidden);

    /// <summary>What a layer gives in one direction.</summary>
    /// <param name="States">The hidden states in the order of the inputs, <c>[T, N, H]</c>.</param>
    /// <param name="Final">The state after the last step.</param>
    private sealed record Outcome(Tensor States, RecurrentState Final);

    /// <inheritdoc/>
    public override bool IsBlock => true;

    private protected override bool IsBoundary => true;

    /// <summary>Runs the unit where the model calls it.</summary>
    /// <param name="x">Inputs <c>[T, N, in]</c>, or <c>[N, T, in]</c> where the batch comes first.</param>
    /// <param name="hidden">First hidden states <c>[layers · directions, N, H]</c>; zeros if there are none.</param>
    /// <param name="cell">First cell states of an LSTM, likewise.</param>
    /// <returns>Outputs, last hidden states, and last cell states if it is an LSTM.</returns>
    public Bundle Run(Tensor x, Tensor? hidden, Tensor? cell)
    {
        var inputs = new Bundle([x, hidden, cell]);
        return IsIntercepted ? Intercept(inputs) : Compute(inputs);
    }

    internal override Bundle Compute(Bundle inputs)
    {
        See();
        Context.Cancellation.ThrowIfCancellationRequested();
        Tensor x = inputs.Get<Tensor>();
        (Tensor? hidden, Tensor? cell) = (inputs.Get<Tensor?>(1), inputs.Get<Tensor?>(2));
        if (_batchFirst)
            x = Exchanged(x);
        var finals = new List<RecurrentState>();
        foreach (Layer layer in _layers)
        {
            if (layer.Input is { } quantizer)
                x = Quantized(quantizer, x);
            Outcome[] outcomes =
            [
                .. layer.Directions.Select((d, i) =>
                    Run(d, x, isReverse: i > 0, Start(x, hidden, cell, finals.Count + i))),
            ];
            finals.AddRange(outcomes.Select(static o => o.Final));
            Tensor[] states = [.. outcomes.Select(static o => o.States)];
            x = states.Length > 1 ? Note.As(cat(states, -1), $"concat({states}, dim=-1)") : states[0];
        }
        x = Quantized(_output, x);
        Tensor last = LastStates(x, finals);
        Tensor? lastCell = _kind == RecurrentKind.Lstm
            ? Note.Stacked([.. finals.Select(static f => f.Cell!)], 0)
            : null;
        if (_batchFirst)
            x = Exchanged(x);
        return new(lastCell is null ? [(x, last)] : [(x, last, lastCell)]);
    }

    /// <summary>Makes layers and quantizers known, in the order in which they run.</summary>
    private void See()
    {
        if (Volatile.Read(ref _known))
            return;
        foreach (Layer layer in _layers)
        {
            Known(layer.Input, layer.Directions.Length * _hidden);
            foreach (Direction direction in layer.Directions)
            {
                Context.Ran(this, direction.Input, null);
                Known(direction.State, _hidden);
                Context.Ran(this, direction.Hidden, null);
            }
        }
        Known(_final, _hidden);
        Known(_output, _layers[^1].Directions.Length * _hidden);
        Volatile.Write(ref _known, true);

        void Known(ActivationQuantizer? quantizer, long features)
        {
            if (quantizer is null)
                return;
            Context.Ran(this, null, quantizer);
            quantizer.Source = new ChannelSource(2, features);
        }
    }

    private RecurrentState Start(Tensor x, Tensor? hidden, Tensor? cell, int index)
    {
        return new(Of(hidden), _kind == RecurrentKind.Lstm ? Of(cell) : null);

        Tensor Of(Tensor? states)
        {
            if (states is not null)
                return Note.Selected(states.select(0, index), states, 0, index);
            Tensor one = zeros([1, _hidden], x.dtype, x.device);
            return Note.Expanded(one.expand(x.shape[1], _hidden).clone(), one);
        }
    }

    private Outcome Run(Direction direction, Tensor x, bool isReverse, RecurrentState start)
    {
        Tensor gates = direction.Input.Forward(x);
        gates = Context.Watcher?.OnValue(direction.Input, gates) ?? gates;
        QuantizedLayer layer = direction.Hidden;
        (Tensor weight, Tensor? bias) = (layer.CurrentWeight, layer.CurrentBias);
        var recurrence = new Recurrence(isReverse ? Flipped(gates) : gates, start, Step);
        (Tensor states, Tensor? cell) = direction.State.Scan(recurrence);
        layer.Count(x.shape[0] * x.shape[1] * weight.numel());
        Context.Watcher?.OnValue(direction.State, recurrence.Before(states));
        var final = new RecurrentState(Note.Selected(states.select(0, -1), states, 0, -1), cell);
        return new(isReverse ? Flipped(states) : states, final);

        RecurrentState Step(Tensor input, Tensor quantized, RecurrentState state)
        {
            Tensor hidden = LinearProduct.Of(quantized, weight, bias);
            hidden = Context.Watcher?.OnValue(layer, hidden) ?? hidden;
            return RecurrentCell.Step(_kind, input, hidden, state);
        }
    }

    /// <summary>
    /// The last hidden states <c>[layers · directions, N, H]</c>. Those of the last layer are among its outputs.
    /// </summary>
    private Tensor LastStates(Tensor outputs, List<RecurrentState> finals)
    {
        Tensor states = Note.Stacked([.. finals.Select(static f => f.Hidden)], 0);
        if (_output is null)
            return states;
        int directions = _layers[^1].Directions.Length, below = finals.Count - directions;
        Tensor last = Note.Stacked([.. Enumerable.Range(0, directions).Select(Top)], 0);
        if (below == 0)
            return last;
        Tensor lower = Quantized(
            _final, Note.As(states.narrow(0, 0, below), $"slice({states}, dim=0, start=0, end={below})"));
        return Note.As(cat([lower, last], 0), $"concat({lower}, {last}, dim=0)");

        Tensor Top(int direction)
        {
            long step = direction == 0 ? -1 : 0, start = direction * _hidden;
            Tensor all = Note.Selected(outputs.select(0, step), outputs, 0, step);
            return Note.As(
                all.narrow(-1, start, _hidden), $"slice({all}, dim=-1, start={start}, end={start + _hidden})");
        }
    }

    private static Tensor Exchanged(Tensor x) => Note.As(x.transpose(0, 1), $"permute({x}, order=[1, 0, 2])");

    private static Tensor Flipped(Tensor x) => Note.As(x.flip(0), $"flip({x}, dims=[0])");

    private Tensor Quantized(ActivationQuantizer? quantizer, Tensor x)
    {
        if (quantizer is null)
            return x;
        return quantizer.Forward(Context.Watcher?.OnValue(quantizer, x) ?? x);
    }
}
