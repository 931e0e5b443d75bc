using QDrop.Layers;
using QDrop.Layers.Families;
using QDrop.Quantizers;
using QDrop.Recording;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.CompilerServices;

/// <summary>
/// Splits the steps of a chain into units: <c>[layer][batch norm]?([pass-through]* [activation])*</c>, then a
/// quantizer. What passes the grid through and is not followed by an activation function stands after the quantizer.
/// </summary>
internal sealed class ChainBuilder
{
    private readonly QuantizationContext _context;
    private readonly string _path;
    private readonly List<Element> _elements = [];
    private readonly List<Element> _trailing = [];
    private Open? _open;
    private PlaceContent _content;

    private ChainBuilder(QuantizationContext context, string path)
    {
        _context = context;
        _path = path;
    }

    /// <summary>One call of a <c>Sequential</c> that is reconstructed as one unit.</summary>
    private sealed class Block(Sequential module)
    {
        public Sequential Module => module;
    }

    /// <summary>A step, and the outermost block around it.</summary>
    private readonly record struct Placed(Step Step, Block? Block);

    /// <summary>What the chain runs, and the block of which it is a part.</summary>
    private readonly record struct Element(Func<Tensor, Tensor> Function, Block? Block);

    /// <summary>
    /// What the unit under construction holds so far. It belongs to the block of the step that began it, whatever is
    /// taken in from behind.
    /// </summary>
    private sealed class Open(Block? block)
    {
        public Block? Block => block;
        public Module? Layer;
        public OwnProduct? Product;
        public Tensor? Bias;
        public BatchNorm? BatchNorm;
        public List<Func<Tensor, Tensor>> Functions { get; } = [];
        public bool HasActivation;
        public bool HasChannels = true;
    }

    public static ChainElements Build(
        QuantizationContext context,
        string path,
        Feeds feeds,
        bool afterJoin,
        bool hasChannels,
        IEnumerable<Step> steps)
    {
        var builder = new ChainBuilder(context, path)
        {
            _open = afterJoin ? new Open(null) { HasChannels = hasChannels } : null,
        };
        Placed[] flat = [.. builder.Flatten(steps, null)];
        int last = Array.FindLastIndex(flat, s => builder.KindOf(s.Step) != LayerKind.PassThrough);
        for (int i = 0; i < flat.Length; i++)
            builder.Add(flat[i], i == last ? feeds : Feeds.Next);
        builder.Close(feeds);
        return new([.. builder.Elements()], builder._content);
    }

    private IEnumerable<Placed> Flatten(IEnumerable<Step> steps, Block? block)
    {
        foreach (Step step in steps)
        {
            if (step.Module is not null && LayerFamilies.KindOf(step.Module) == LayerKind.Sequential
                && !_context.IsFullPrecision(step.Module))
            {
                var sequential = (Sequential)step.Module;
                Block? around = block ?? (_context.IsBlock(sequential, byItself: false) ? new Block(sequential) : null);
                foreach (Placed child in Flatten(sequential.children().Select(m => (Step)m), around))
                    yield return child;
            }
            else if (step.Module is not null || step.Function is not null || step.OwnProduct is not null)
            {
                yield return new Placed(step, block);
            }
        }
    }

    /// <summary>
    /// The functions of the chain, those of a block as one. What is one unit has the quantizers that its layers would
    /// have on their own.
    /// </summary>
    private IEnumerable<Func<Tensor, Tensor>> Elements()
    {
        for (int i = 0; i < _elements.Count;)
        {
            if (_elements[i].Block is not { } block)
            {
                yield return _elements[i++].Function;
                continue;
            }
            Func<Tensor, Tensor>[] functions =
            [
                .. _elements.Skip(i).TakeWhile(e => ReferenceEquals(e.Block, block)).Select(static e => e.Function),
            ];
            i += functions.Length;
            yield return _context.Block(
                block.Module, x => functions.Aggregate(x, static (value, function) => function(value)));
        }
    }

    private LayerKind KindOf(Step step) =>
        step.OwnProduct is not null ? LayerKind.Weighted
        : step.Addend is not null ? LayerKind.Norm
        : step.Function is null
            ? _context.IsFullPrecision(step.Module)
                ? LayerKind.Norm
                : step.Module is IQuantizable
                    ? LayerKind.Unsupported
                    : LayerFamilies.KindOf(step.Module!)
            : step.Kind == OpKind.Activation
                ? LayerKind.Activation
                : LayerKind.PassThrough;

    private void Add(Placed placed, Feeds feeds)
    {
        (Step step, Block? block) = placed;
        if (_context.IsFullPrecision(step.Module))
        {
            // A function whose value is quantized for the layers after it, together with what follows it up to its
            // activation function.
            Close(Feeds.Next);
            Absorb(FunctionOf(step.Module!), isActivation: false, block);
            return;
        }
        if (step.Module is IQuantizable quantizable)
        {
            Close(Feeds.Next);
            Contains(PlaceContent.Quantizers);
            _elements.Add(new(_context.Twin(quantizable, feeds), block));
            return;
        }
        if (step.Module is Module encoder && LayerFamilies.KindOf(encoder) == LayerKind.Transformer)
        {
            Close(Feeds.Next);
            Contains(PlaceContent.Quantizers);
            var quantized = new QuantizedTransformer(_context, feeds, encoder);
            _elements.Add(new(
                _context.IsBlock(encoder, quantized.IsBlock) ? _context.Block(encoder, quantized.call) : quantized.call,
                block));
            return;
        }
        if (step.OwnProduct is { } product)
        {
            Close(Feeds.Next);
            _open = new Open(block) { Product = product, HasChannels = product.HasChannels };
            return;
        }
        if (step.Addend is { } addend && IsAtLayer && _open is { Product: { } opened, Bias: null, BatchNorm: null }
            && opened.IsBias(addend))
        {
            _open.Bias = addend;
            return;
        }
        LayerKind kind = KindOf(step);
        Func<Tensor, Tensor> function = IsRectifier(step)
            ? Rectifier.Function
            : step.Function ?? FunctionOf(step.Module!);
        switch (kind)
        {
            case LayerKind.Weighted:
                Close(Feeds.Next);
                _open = new Open(block) { Layer = (Module)step.Module! };
                break;
            case LayerKind.BatchNorm when IsFolded((BatchNorm)step.Module!):
                _open!.BatchNorm = (BatchNorm)step.Module!;
                break;
            case LayerKind.BatchNorm or LayerKind.Norm or LayerKind.Activation:
                if (step.Module is { } changing && function == Rectifier.Function && MayChange(changing))
                    Absorb(x => _context.InPlace.Rectify(changing, x), isActivation: false, block);
                Absorb(function, kind == LayerKind.Activation, block);
                _open!.HasChannels &= KeepsChannels(step);
                break;
            case LayerKind.PassThrough when _open is not null:
                _trailing.Add(new(function, block));
                break;
            case LayerKind.PassThrough:
                _elements.Add(new(function, block));
                break;
            default:
                throw new QDropException(
                    Codes.UnsupportedModule,
                    $"'{_context.PathOf(step.Module!)}' is a "
                        + $"{step.Module!.GetType().Name}, which cannot be quantized"
                        + $"{LayerFamilies.Of(step.Module)?.WhyNot}. Found in the chain '{_path}'; expected a "
                        + "convolution, a "
                        + "linear layer, an embedding, a norm, an activation function, pooling, reshaping, or a "
                        + "partial "
                        + "module class of the model's own assembly.");
        }
    }

    /// <summary>Whether a step is the vocabulary's ReLU.</summary>
    private static bool IsRectifier(Step step) => step is { Kind: OpKind.Activation, Function: not null }
        && step.Name is nameof(Ops.relu) or nameof(Ops.relu_);

    /// <summary>
    /// Whether what a step gives still has channels: the vocabulary's softmax gives shares of positions.
    /// </summary>
    private static bool KeepsChannels(Step step) => step.Function is not null
        ? step.Name != nameof(Ops.softmax)
        : LayerFamilies.Of(step.Module!)?.KeepsChannels(step.Module!) ?? true;

    /// <summary>Whether a batch norm is folded into the layer of the open unit.</summary>
    private bool IsFolded(BatchNorm norm) =>
        IsAtLayer && _open is { BatchNorm: null } open
        && (open.Product?.FoldsBatchNorm ?? LayerFamilies.Of(open.Layer!)!.FoldsBatchNorm)
        && BatchNormFamily.CanFold(norm);

    /// <summary>Whether the step before was the layer of the open unit, or what is folded into it.</summary>
    private bool IsAtLayer =>
        _open is { Functions.Count: 0 } && (_open.Layer is not null || _open.Product is not null)
        && _trailing.Count == 0;

    private Func<Tensor, Tensor> FunctionOf(object module)
    {
        Func<Tensor, Tensor> function = LayerFamilies.Of(module)?.FunctionOf(module)
            ?? (module is Module<Tensor, Tensor> unary ? unary.call : ((IModule<Tensor, Tensor>)module).call);
        if (function == Rectifier.Function)
            return function;
        bool mayChange = MayChange(module);
        return x =>
        {
            Tensor y = function(mayChange ? _context.InPlace.Argument(module, x) : x);
            return Recorder.Current is null ? y : Noted(module, x, y);
        };
    }

    /// <summary>Notes what a module is in a program: one of the user's own, which stays float, is not known.</summary>
    private Tensor Noted(object module, Tensor x, Tensor y) => LayerFamilies.Of(module) is { } family
        ? family.Noted(module, x, y)
        : Note.None(y, $"{_context.FindPath(module) ?? module.GetType().Name}");

    /// <summary>
    /// Whether a module may change its argument: TorchSharp's where they say so, and the user's own, of which nothing
    /// is known.
    /// </summary>
    private static bool MayChange(object module) =>
        module.GetType().Assembly != typeof(Module).Assembly
        || module.GetType().GetProperty("inplace")?.GetValue(module) is true;

    private void Absorb(Func<Tensor, Tensor> function, bool isActivation, Block? block)
    {
        // Between functions that follow each other nothing is multiplied: what the last one gives is quantized.
        if (_open is null || (_open.HasActivation && !isActivation))
        {
            Close(Feeds.Next);
            _open = new Open(block);
        }
        _open.Functions.AddRange(_trailing.Select(static e => e.Function));
        _trailing.Clear();
        _open.Functions.Add(function);
        _open.HasActivation |= isActivation;
    }

    private void Contains(PlaceContent content) =>
        _content = (PlaceContent)Math.Max((int)_content, (int)content);

    private void Close(Feeds feeds)
    {
        if (_open is { } open)
        {
            QuantizedLayer? layer = open.Product is { } product
                ? _context.Layer(product, open.Bias, open.BatchNorm)
                : open.Layer is null ? null : _context.Layer(open.Layer, open.BatchNorm);
            string name = layer?.Name ?? _path;
            Contains(feeds == Feeds.Next ? PlaceContent.Quantizers
                : layer is null ? PlaceContent.Functions : PlaceContent.Layers);
            ActivationQuantizer? output =
                feeds == Feeds.Next ? _context.Activation(name + ".output", open.HasChannels) : null;
            var unit = new FusedUnit(
                _context, layer is null ? name : _context.UnitName(name), layer, open.Functions, output);
            _elements.Add(new(unit.Run, open.Block));
            _open = null;
        }
        _elements.AddRange(_trailing);
        _trailing.Clear();
    }
}

/// <summary>What a chain runs.</summary>
/// <param name="Functions">Units, functions and twins, in the order in which they run.</param>
/// <param name="Content">What they are made of.</param>
internal sealed record ChainElements(Func<Tensor, Tensor>[] Functions, PlaceContent Content);
