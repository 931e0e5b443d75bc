using QDrop.Layers;
using QDrop.Quantizers;
using QDrop.Recording;
using static TorchSharp.torch;

namespace QDrop.CompilerServices;

/// <summary>What is reconstructed as one: a fused layer, or a block of them.</summary>
internal abstract class Unit
{
    private readonly List<QuantizedLayer> _layers = [];
    private readonly List<ActivationQuantizer> _activations = [];

    private protected Unit(QuantizationContext context, string name)
    {
        Context = context;
        Name = name;
    }

    /// <summary>Path of the fused layer, or of the block's module, in the model.</summary>
    public string Name { get; }

    /// <summary>Whether the unit is a block: a module class with a join.</summary>
    public abstract bool IsBlock { get; }

    /// <summary>Layers of the unit, in the order in which they were first run.</summary>
    public IReadOnlyList<QuantizedLayer> Layers => _layers;

    /// <summary>Activation quantizers of the unit, in the order in which they were first run.</summary>
    public IReadOnlyList<ActivationQuantizer> Activations => _activations;

    /// <summary>The layers whose rounding is learned.</summary>
    internal IEnumerable<QuantizedLayer> Learning =>
        _layers.Where(l => l.Learns && Context.MethodOf(l.Name).Traits.LearnsRounding);

    /// <summary>The weights whose rounding is learned.</summary>
    internal IReadOnlyList<WeightQuantizer> LearnedWeights => [.. Learning.Select(static l => l.Weight)];

    private protected QuantizationContext Context { get; }

    internal void Add(QuantizedLayer layer) => _layers.Add(layer);

    internal void Add(ActivationQuantizer activation) => _activations.Add(activation);

    /// <summary>Whether calibration stands in for the unit where the model calls it now.</summary>
    internal bool IsIntercepted => Context.Executor is not null && Context.Current is null && IsBoundary;

    /// <summary>Lets calibration stand in for the unit.</summary>
    internal Bundle Intercept(Bundle inputs) => Context.Executor!.Run(Context.Visits.Next(this), inputs);

    /// <summary>The unit where the model calls it once more, with the same quantizers.</summary>
    internal Unit Again() => new RepeatedUnit(Context, this);

    /// <summary>Computes the unit with its quantizers as they stand.</summary>
    internal abstract Bundle Compute(Bundle inputs);

    /// <summary>
    /// Whether calibration handles the unit as one: a function and a quantizer without a layer are not worth it.
    /// </summary>
    private protected abstract bool IsBoundary { get; }
}

/// <summary>A twin of a module class with a join, reconstructed as one.</summary>
internal sealed class BlockUnit(QuantizationContext context, string name, Func<Bundle, Bundle> compute)
    : Unit(context, name)
{
    /// <inheritdoc/>
    public override bool IsBlock => true;

    // Learned rounding on its own (arXiv 2004.10568) goes layer by layer.
    private protected override bool IsBoundary => !Context.MethodOf(Name).Traits.IsLayerByLayer;

    internal override Bundle Compute(Bundle inputs) => compute(inputs);
}

/// <summary>
/// A further call of a unit in a loop, where one quantizer is for all passes: there is nothing in it that is not the
/// unit's.
/// </summary>
internal sealed class RepeatedUnit(QuantizationContext context, Unit unit) : Unit(context, context.UnitName(unit.Name))
{
    /// <inheritdoc/>
    public override bool IsBlock => unit.IsBlock;

    private protected override bool IsBoundary => true;

    internal override Bundle Compute(Bundle inputs) => unit.Compute(inputs);
}

/// <summary>
/// A layer with its batch norm folded, the functions up to its activation function, and the quantizer of the result;
/// or, without a layer, a function and a quantizer (after a join, or before the first layer). Indices and truth values
/// are joined and clamped like other values, but are not quantized: the quantizer is the model's once a floating point
/// value comes.
/// </summary>
internal sealed class FusedUnit(
    QuantizationContext context,
    string name,
    QuantizedLayer? layer,
    IReadOnlyList<Func<Tensor, Tensor>> functions,
    ActivationQuantizer? output) : Unit(context, name)
{
    private ActivationQuantizer? _input;
    private bool _isLayerKnown, _isInputKnown, _isOutputKnown;

    /// <inheritdoc/>
    public override bool IsBlock => false;

    private protected override bool IsBoundary => layer is not null;

    /// <summary>Runs the unit where the model calls it.</summary>
    internal Tensor Run(Tensor x) => IsIntercepted ? Intercept(new([x])).Get<Tensor>() : Forward(x);

    internal override Bundle Compute(Bundle inputs) => new([Forward(inputs.Get<Tensor>())]);

    private Tensor Forward(Tensor x)
    {
        if (layer is not null)
            Know(ref _isLayerKnown, layer, null);
        Context.Cancellation.ThrowIfCancellationRequested();
        if (Recorder.Current is { } recorder)
            recorder.Place = Name;
        if (layer is not null)
        {
            if (InputOf(layer) is { } input)
            {
                Know(ref _isInputKnown, null, input);
                x = Context.Watcher?.OnValue(input, x) ?? x;
                x = input.Forward(x);
            }
            x = layer.Forward(x);
            x = Context.Watcher?.OnValue(layer, x) ?? x;
        }
        // Who watches sees what ReLU gives.
        bool rectifies = output is not null && Context.Watcher is null && functions.Count > 0
            && functions[^1] == Rectifier.Function;
        for (int i = 0; i < functions.Count - (rectifies ? 1 : 0); i++)
            x = functions[i](x);
        if (output is null)
            return x;
        if (!x.is_floating_point())
            return rectifies ? functions[^1](x) : x;
        Know(ref _isOutputKnown, null, output);
        if (rectifies)
            return output.ForwardRectified(x);
        x = Context.Watcher?.OnValue(output, x) ?? x;
        return output.Forward(x);
    }

    /// <summary>What quantizes the layer's input, where that comes from no quantizer.</summary>
    private ActivationQuantizer? InputOf(QuantizedLayer own)
    {
        if (Context.QuantizedInputs.Count > 0 && Volatile.Read(ref _input) is null)
            Volatile.Write(ref _input, Context.InputOf(own));
        return _input;
    }

    /// <summary>
    /// A chain is built as a whole, but the twins in it run their own layers: only running gives the order.
    /// </summary>
    private void Know(ref bool isKnown, QuantizedLayer? ran, ActivationQuantizer? quantizer)
    {
        if (Volatile.Read(ref isKnown))
            return;
        Context.Ran(this, ran, quantizer);
        Volatile.Write(ref isKnown, true);
    }
}
