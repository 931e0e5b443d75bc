using QDrop.Artifacts;
using QDrop.Layers;
using QDrop.Layers.Families;
using QDrop.Quantizers;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using MethodInfo = System.Reflection.MethodInfo;

namespace QDrop.CompilerServices;

/// <summary>
/// What the twins of one model share: its layers, its activation quantizers, and the units that calibration
/// reconstructs.
/// </summary>
public sealed class QuantizationContext : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<object, string> _paths = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Tensor, string> _parameters = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, MethodInfo> _products = [];
    private readonly Dictionary<string, QuantizedLayer> _layersByName = [];
    private readonly Dictionary<string, QuantizedLayerState>? _layerStates;
    private readonly Dictionary<string, ActivationState>? _activationStates;
    private readonly Dictionary<QuantizedLayer, ActivationQuantizer> _inputs = [];
    private readonly HashSet<string> _unitNames = [];
    private readonly List<QuantizedLayer> _layers = [];
    private readonly List<ActivationQuantizer> _activations = [];
    private readonly List<object> _trace = [];
    private readonly List<IDisposable> _owned = [];
    private HashSet<string>? _stages;

    /// <summary>The layer that ran last of those that run for the first time, as values after it are seen.</summary>
    private ChannelSource? _latest;

    /// <summary>For the twins of a model.</summary>
    /// <param name="model">The float model.</param>
    /// <param name="overrides">What attributes on parts of the model say.</param>
    /// <param name="state">
    /// What an artifact says of its layers, or <see langword="null"/> for float layers. With it, model and state belong
    /// to the context.
    /// </param>
    internal QuantizationContext(
        Module model, IReadOnlyList<QuantizationOverride>? overrides = null, QuantizedModelState? state = null)
    {
        if (state is not null)
            _owned = [model, .. state.Tensors];
        _paths[model] = "";
        foreach ((string name, Module module) in model.named_modules())
            _paths.TryAdd(module, name);
        foreach ((string name, Tensor parameter) in model.named_parameters())
            _parameters.TryAdd(parameter, name);
        foreach ((string name, Tensor buffer) in model.named_buffers())
            _parameters.TryAdd(buffer, name);
        Overrides = new OverrideTable(_paths, overrides ?? []);
        _layerStates = state?.Layers.ToDictionary(l => l.Name);
        _activationStates = state?.Activations.ToDictionary(a => a.Name);
        Places = new PlaceTable(state?.Manifest);
        PassCounts = new PassCounts(state?.Manifest, Places);
        QuantizedInputs = new HashSet<string>(
            (state?.Layers ?? []).Select(static l => l.Name).Where(l => _activationStates!.ContainsKey(InputName(l))));
    }

    /// <summary>Quantized layers, in the order in which they first ran. A layer is there once it has run.</summary>
    internal IReadOnlyList<QuantizedLayer> Layers => _layers;

    /// <summary>
    /// Activation quantizers, in the order in which they first ran. A quantizer is there once it has run.
    /// </summary>
    internal IReadOnlyList<ActivationQuantizer> Activations => _activations;

    /// <summary>Which places have which quantizers.</summary>
    internal PlaceTable Places { get; }

    /// <summary>How often loops reach places in one call.</summary>
    internal PassCounts PassCounts { get; }

    /// <summary>
    /// Layers that read what no quantizer gives, such as the model's inputs, and get one that quantizes it.
    /// </summary>
    internal IReadOnlySet<string> QuantizedInputs { get; set; } = new HashSet<string>();

    /// <summary>Stands in for units while calibrating; <see langword="null"/> in a program.</summary>
    internal UnitExecutor? Executor { get; set; }

    /// <summary>Tells calls of one unit apart, for the executor.</summary>
    internal UnitVisits Visits { get; } = new();

    /// <summary>The unit that is being computed for the executor.</summary>
    internal Unit? Current { get; set; }

    /// <summary>Stops what runs the model for calibration: looked at before each layer.</summary>
    internal CancellationToken Cancellation { get; set; }

    /// <summary>Is shown the values of layers and activation quantizers; <see langword="null"/> in a program.</summary>
    internal IValueWatcher? Watcher { get; set; }

    /// <summary>The modules that change their argument in place.</summary>
    internal InPlaceModules InPlace { get; } = new();

    /// <summary>How quantized weights are found, where no attribute says otherwise.</summary>
    internal Method Method { get; set; }

    /// <summary>What is reconstructed as one unit, where no attribute of a field or property says otherwise.</summary>
    internal Granularity Granularity { get; set; } = Granularity.Block;

    /// <summary>What attributes on parts of the model say.</summary>
    internal OverrideTable Overrides { get; }

    /// <summary>Layers and activation quantizers in the order in which they first ran.</summary>
    internal IReadOnlyList<object> Trace => _trace;

    /// <summary>Path of a module in the float model, such as <c>layer1.0.conv1</c>.</summary>
    /// <exception cref="QDropException">The module is not registered in the model (QDROP232).</exception>
    internal string PathOf(object module) =>
        _paths.TryGetValue(module, out string? path)
            ? path
            : throw new QDropException(
                Codes.UnsupportedModule,
                $"A {module.GetType().Name} is called in forward but is not registered in the model, so its weights "
                    + "are not the model's. "
                    + "Call RegisterComponents() at the end of the constructor, after every field is set, or "
                    + "register_module().");

    /// <summary>Path of a module; <see langword="null"/> if it is not registered in the model.</summary>
    internal string? FindPath(object module) => _paths.GetValueOrDefault(module);

    /// <summary>Name of a parameter or a buffer of the float model, such as <c>head.weight</c>.</summary>
    /// <exception cref="QDropException">The model does not have it registered (QDROP232).</exception>
    private string NameOf(Tensor parameter) =>
        _parameters.TryGetValue(parameter, out string? name)
            ? name
            : throw new QDropException(
                Codes.UnsupportedModule,
                $"A tensor of shape [{string.Join(", ", parameter.shape)}] is multiplied with in forward but is not "
                    + "registered in the model, so it is not among the model's weights. Expected a Parameter in a "
                    + "field or property. Call RegisterComponents() at the end of the constructor, after every field "
                    + "is set, or register_parameter().");

    /// <summary>How the quantized weights of a unit or a layer are found.</summary>
    internal Method MethodOf(string name) => Overrides.MethodOf(name) ?? Method;

    /// <summary>Whether a module stays float.</summary>
    internal bool IsFullPrecision(object? module) =>
        module is not null && _paths.TryGetValue(module, out string? path) && Overrides.IsFullPrecision(path);

    /// <summary>Whether a module is reconstructed as one unit.</summary>
    /// <param name="module">A module of the model.</param>
    /// <param name="byItself">
    /// Whether it is where no attribute of the field or property that holds it says otherwise.
    /// </param>
    internal bool IsBlock(object module, bool byItself)
    {
        if (_paths.TryGetValue(module, out string? path) && Overrides.IsBlock(path) is { } said)
            return said;
        return Granularity switch
        {
            Granularity.Layer => false,
            Granularity.Stage => byItself || (path is not null && (_stages ??= Stages.In(_paths, this)).Contains(path)),
            _ => byItself,
        };
    }

    /// <summary>A unit of reconstruction around something that the model calls with one tensor.</summary>
    /// <param name="module">The module that is one unit.</param>
    /// <param name="compute">Computes it.</param>
    internal Func<Tensor, Tensor> Block(object module, Func<Tensor, Tensor> compute)
    {
        var unit = new BlockUnit(this, UnitName(PathOf(module)), arguments => new([compute(arguments.Get<Tensor>())]));
        return x => unit.IsIntercepted ? unit.Intercept(new([x])).Get<Tensor>() : compute(x);
    }

    /// <summary>Turns every weight and activation quantizer on or off.</summary>
    internal void Enable(bool weights, bool activations)
    {
        foreach (QuantizedLayer layer in _layers)
            layer.Weight.Enabled = weights;
        foreach (ActivationQuantizer activation in _activations)
            activation.Enabled = activations;
    }

    /// <summary>The quantized layer of a float layer; one for each float layer, however often it is called.</summary>
    internal QuantizedLayer Layer(Module module, BatchNorm? batchNorm) =>
        Layer(LayerFamilies.SourceOf(PathOf(module), module), batchNorm);

    /// <summary>The quantized layer of a weight that a module of the user's multiplies with itself.</summary>
    /// <exception cref="QDropException">
    /// The weight is not registered, has no dimension of channels, or another place multiplies with it (QDROP232).
    /// </exception>
    internal QuantizedLayer Layer(OwnProduct product, Tensor? bias, BatchNorm? batchNorm)
    {
        string name = NameOf(product.Weight);
        lock (_lock)
        {
            if (_products.TryGetValue(name, out MethodInfo? place) && place != product.Place)
            {
                throw new QDropException(
                    Codes.UnsupportedModule,
                    $"'{name}' is multiplied with at two places in forward, so that no one layer stands for it. "
                        + "Expected one place. Put the product into a module class and call that twice, or use a "
                        + "Linear layer.");
            }
            _products[name] = product.Place;
        }
        return Layer(product.Source(name, bias, NameOf), batchNorm);
    }

    /// <summary>The quantized layer of a weight; one for each weight, however often it is used.</summary>
    internal QuantizedLayer Layer(LayerSource source, BatchNorm? batchNorm = null)
    {
        lock (_lock)
        {
            if (_layersByName.TryGetValue(source.Name, out QuantizedLayer? known))
            {
                return ReferenceEquals(known.BatchNorm, batchNorm)
                    ? known
                    : throw new QDropException(
                        Codes.UnsupportedModule,
                        $"'{known.Name}' is called in two places and followed by a different batch norm in each, so "
                            + "that neither can be folded. Use one layer for each place.");
            }
            QuantizedLayer layer;
            if (_layerStates is null)
            {
                if (source.Weight.dtype != ScalarType.Float32)
                {
                    throw new QDropException(
                        Codes.UnsupportedModule,
                        $"'{source.Name}' has weights of type {source.Weight.dtype}; expected {ScalarType.Float32}. "
                            + "Convert the model (model.to(ScalarType.Float32)), and create its layers without a "
                            + "dtype.");
                }
                layer = new QuantizedLayer(source, batchNorm);
            }
            else
            {
                if (!_layerStates.TryGetValue(source.Name, out QuantizedLayerState? state))
                    throw Places.NotReached(source.Name) ?? Missing("layer", source.Name);
                var weight = WeightQuantizer.FromLevels(
                    source.Name, state.Levels, state.Scale, state.ZeroPoint, state.Bits, state.ChannelAxis);
                layer = new QuantizedLayer(source, batchNorm, weight, state.Bias);
            }
            _layersByName.Add(source.Name, layer);
            return layer;
        }
    }

    /// <summary>
    /// A new activation quantizer. Where a layer is called twice, each call has its own: the second is named
    /// <c>name#2</c>.
    /// </summary>
    /// <param name="name">What it is named after.</param>
    /// <param name="hasChannels">Whether its activations have channels.</param>
    /// <param name="index">
    /// Which it is of the quantizers at its place, where these are not asked for in the order of the code.
    /// </param>
    /// <returns>
    /// The quantizer. Whether the model has it shows when a value comes that it is to quantize.
    /// </returns>
    internal ActivationQuantizer Activation(string name, bool hasChannels = true, int? index = null)
    {
        lock (_lock)
        {
            string? unique = Places.Name(name, index, out Func<QDropException>? missing);
            var quantizer = new ActivationQuantizer(unique ?? name) { HasChannels = hasChannels, Missing = missing };
            if (_activationStates is null || missing is not null)
                return quantizer;
            if (_activationStates.TryGetValue(quantizer.Name, out ActivationState? state))
            {
                Restore(quantizer, state);
            }
            else
            {
                quantizer.Missing = () => Missing("activation quantizer", quantizer.Name);
            }
            return quantizer;
        }
    }

    /// <summary>
    /// What quantizes the input of a layer, wherever it is called; <see langword="null"/> where the quantizers before
    /// it do.
    /// </summary>
    internal ActivationQuantizer? InputOf(QuantizedLayer layer)
    {
        lock (_lock)
        {
            if (!QuantizedInputs.Contains(layer.Name))
                return null;
            if (!_inputs.TryGetValue(layer, out ActivationQuantizer? quantizer))
            {
                quantizer = new ActivationQuantizer(InputName(layer.Name));
                _inputs.Add(layer, quantizer);
                if (_activationStates is not null)
                    Restore(quantizer, _activationStates[quantizer.Name]);
            }
            return quantizer;
        }
    }

    private static string InputName(string layer) => layer + ".input";

    private static void Restore(ActivationQuantizer quantizer, ActivationState state) => quantizer.Restore(
        state.Bits,
        state.Channels?.Scales ?? [state.Scale],
        state.Channels?.ZeroPoints ?? [state.ZeroPoint],
        state.Channels?.Axis);

    /// <summary>Records the layer and the quantizer of a unit that runs for the first time.</summary>
    /// <exception cref="QDropException">The model does not have the quantizer (QDROP236, QDROP253).</exception>
    internal void Ran(Unit unit, QuantizedLayer? layer, ActivationQuantizer? output)
    {
        if (output?.Missing is { } missing)
            throw missing();
        lock (_lock)
        {
            Unit owner = Current ?? unit;
            if (layer is not null)
                _latest = layer.Channels;
            if (output is not null)
                output.Source = _latest;
            if (layer is not null && !_layers.Contains(layer))
            {
                _layers.Add(layer);
                _trace.Add(layer);
                owner.Add(layer);
            }
            if (output is not null && !_activations.Contains(output))
            {
                _activations.Add(output);
                _trace.Add(output);
                owner.Add(output);
            }
        }
    }

    /// <summary>
    /// A name for a unit. Where a module is called twice, each call is a unit: the second is named <c>name#2</c>.
    /// </summary>
    internal string UnitName(string name)
    {
        lock (_lock)
            return UniqueName.In(_unitNames, name);
    }

    /// <summary>
    /// A quantized twin of a module of the user's, as a function. Each place that calls a module has a twin of its own:
    /// layers, and so their weights, are one for all of them, activation quantizers are not.
    /// </summary>
    internal Func<Tensor, Tensor> Twin(IQuantizable module, Feeds output)
    {
        IQuantizedModule twin = Twins.Of(module, this, output);
        if (twin is not Module<Tensor, Tensor> unary)
        {
            throw new QDropException(
                Codes.UnsupportedModule,
                $"'{PathOf(module)}' is a {module.GetType().Name}, whose forward does not take one tensor and return "
                    + "one: it cannot be a step of a chain.");
        }
        return IsBlock(module, twin.IsBlock) ? Block(module, unary.call) : unary.call;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (QuantizedLayer layer in _layersByName.Values)
            layer.Dispose();
        foreach (ActivationQuantizer activation in _activations)
            activation.Dispose();
        foreach (IDisposable owned in _owned)
            owned.Dispose();
    }

    private static QDropException Missing(string what, string name) =>
        new(
            Codes.OtherModel,
            $"The quantized model has no {what} '{name}', which the model's code uses. It was made from other code or "
                + "for other modules, or with whole numbers where there are floating point numbers now: build the "
                + "project again, and give the model the element types of the calibration inputs.");
}
