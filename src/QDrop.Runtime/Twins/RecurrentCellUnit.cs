using QDrop.Layers;
using QDrop.Quantizers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.CompilerServices;

/// <summary>
/// The quantized counterpart of <c>LSTMCell</c>, <c>GRUCell</c> and <c>RNNCell</c>, one unit of reconstruction. The
/// products of input and hidden state are quantized linear layers, the gates and the cell state are float, and the
/// hidden state is quantized as the output of any layer: that is what the next step's product reads.
/// </summary>
internal sealed class RecurrentCellUnit : Unit, IModule<Tensor, Tensor?, Tensor>,
    IModule<Tensor, (Tensor, Tensor)?, (Tensor, Tensor)>
{
    private readonly RecurrentKind _kind;
    private readonly QuantizedLayer _input, _hidden;
    private readonly ActivationQuantizer? _output;
    private bool _known;

    /// <summary>Makes it.</summary>
    /// <param name="context">What the twins of the model share.</param>
    /// <param name="name">The module's path in the model.</param>
    /// <param name="feeds">Where the module's output goes.</param>
    /// <param name="module">The float module.</param>
    /// <exception cref="QDropException">The module's parameters have been disposed (QDROP232).</exception>
    public RecurrentCellUnit(QuantizationContext context, string name, Feeds feeds, Module module)
        : base(context, context.UnitName(name))
    {
        var parameters = RecurrentParameters.Of(name, module);
        _kind = new RecurrentProbe(module, parameters).Kind();
        RecurrentDirection weights = parameters.Layers[0][0];
        (_input, _hidden) = (context.Layer(weights.Input), context.Layer(weights.Hidden));
        _output = feeds == Feeds.Next ? context.Activation($"{name}.output") : null;
    }

    /// <inheritdoc/>
    public override bool IsBlock => true;

    private protected override bool IsBoundary => true;

    /// <summary>As TorchSharp's <c>GRUCell</c> and <c>RNNCell</c>: the next hidden state <c>[N, H]</c>.</summary>
    public Tensor call(Tensor input, Tensor? state) => Run(input, state, null).Get<Tensor>();

    /// <summary>As TorchSharp's <c>LSTMCell</c>: the next hidden state and the next cell state.</summary>
    public (Tensor, Tensor) call(Tensor input, (Tensor, Tensor)? state) =>
        Run(input, state?.Item1, state?.Item2).Get<(Tensor, Tensor)>();

    internal override Bundle Compute(Bundle inputs)
    {
        See();
        Context.Cancellation.ThrowIfCancellationRequested();
        Tensor x = inputs.Get<Tensor>();
        var state = new RecurrentState(inputs.Get<Tensor?>(1) ?? Zeros(x), inputs.Get<Tensor?>(2) ?? Zeros(x));
        RecurrentState next = RecurrentCell.Step(_kind, Product(_input, x), Product(_hidden, state.Hidden), state);
        Tensor hidden = next.Hidden;
        if (_output is not null)
        {
            hidden = Context.Watcher?.OnValue(_output, hidden) ?? hidden;
            hidden = _output.Forward(hidden);
        }
        return new(next.Cell is { } cell ? [(hidden, cell)] : [hidden]);
    }

    private Bundle Run(Tensor input, Tensor? hidden, Tensor? cell)
    {
        var inputs = new Bundle([input, hidden, cell]);
        return IsIntercepted ? Intercept(inputs) : Compute(inputs);
    }

    private void See()
    {
        if (Volatile.Read(ref _known))
            return;
        Context.Ran(this, _input, null);
        Context.Ran(this, _hidden, _output);
        if (_output is not null)
            _output.Source = new ChannelSource(2, _hidden.Weight.Weight.shape[1]);
        Volatile.Write(ref _known, true);
    }

    private Tensor Product(QuantizedLayer layer, Tensor x)
    {
        Tensor y = layer.Forward(x);
        return Context.Watcher?.OnValue(layer, y) ?? y;
    }

    private Tensor Zeros(Tensor x) => zeros([.. x.shape[..^1], _hidden.Weight.Weight.shape[1]], x.dtype, x.device);
}
