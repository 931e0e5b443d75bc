using QDrop.Layers.Families;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.CompilerServices;

/// <summary>
/// A place where a <c>forward</c> calls a module with several tensors in or out. Which module it is, is looked at when
/// the place is first reached, in each pass of a loop: a module class of the user's then becomes its quantized twin, a
/// layer that the run time knows its quantized counterpart.
/// </summary>
/// <typeparam name="TModule">The interface by which the module is called.</typeparam>
public abstract class CallSite<TModule> where TModule : class
{
    private readonly QuantizationContext _context;
    private readonly string _path;
    private readonly Feeds _feeds;
    private readonly Func<TModule?> _module;
    private readonly Place<Called> _place;

    private protected CallSite(
        QuantizationContext context, Sites sites, string path, Feeds feeds, Func<TModule?> module)
    {
        _context = context;
        _path = path;
        _feeds = feeds;
        _module = module;
        _place = new(context, sites, path, () => module() is not null, Resolve, static _ => PlaceContent.Quantizers);
    }

    /// <summary>What is called.</summary>
    /// <param name="Module">The quantized module.</param>
    /// <param name="Unit">The unit of reconstruction, where the module is one.</param>
    /// <param name="Outputs">
    /// What quantizes the results of a module that stays float, of which nothing is known, so that it may change its
    /// arguments; <see langword="null"/> for others.
    /// </param>
    private protected sealed record Called(TModule Module, Unit? Unit, FloatOutputs? Outputs = null)
    {
        /// <summary>Gives what a module that may change its arguments is given for one.</summary>
        public Func<Tensor, Tensor> Argument { get; init; } = static x => x;

        /// <summary>What the module is given for an argument.</summary>
        public T Given<T>(T argument) =>
            Outputs is null ? argument : new Bundle([argument]).Select(Argument).Get<T>();

        /// <summary>What is taken for the module's result.</summary>
        public TResult Taken<TResult>(TResult result) =>
            Outputs is null ? result : Outputs.Run(new([result])).Get<TResult>();

        /// <summary>Whether calibration stands in for the module now.</summary>
        public bool IsIntercepted => Unit is { IsIntercepted: true };

        /// <summary>What calibration gives in place of the module's result.</summary>
        public TResult Intercept<TResult>(params object?[] arguments) => Unit!.Intercept(new(arguments)).Get<TResult>();
    }

    /// <summary>What is called here.</summary>
    /// <exception cref="QDropException">The module cannot be quantized (QDROP232).</exception>
    private protected Called Target() => _place.Current();

    /// <summary>Calls the module with arguments from a bundle.</summary>
    private protected abstract object? Run(TModule module, Bundle arguments);

    private Called Resolve()
    {
        TModule module = _module() ?? throw new InvalidOperationException($"The module called at '{_path}' is null.");
        object layer = module is MaskedLayer masked ? masked.Layer : module;
        if (_context.IsFullPrecision(layer))
        {
            return new Called(module, null, new FloatOutputs(_context, _path, _feeds))
            {
                Argument = x => _context.InPlace.Argument(layer, x),
            };
        }
        object quantized = module switch
        {
            IQuantizable users => Twins.Of(users, _context, _feeds),
            _ when layer is Module known && Counterpart(known) is { } counterpart => counterpart,
            IModule<Tensor, Tensor> unary => new ChainModule(
                new Chain(_context, null, _path, _feeds, afterJoin: false, () => [Step.Of(unary)])),
            _ => throw Unsupported(module),
        };
        if (quantized is not TModule typed)
            throw Unsupported(module);
        Unit? unit =
            quantized is IQuantizedModule own && _context.IsBlock(layer, own.IsBlock)
                ? new BlockUnit(
                    _context, _context.UnitName(_context.PathOf(layer)), arguments => new([Run(typed, arguments)]))
                : null;
        return new Called(typed, unit);
    }

    /// <summary>The quantized counterpart of a layer of TorchSharp's with several tensors in or out.</summary>
    private object? Counterpart(Module layer) => LayerFamilies.KindOf(layer) switch
    {
        LayerKind.Attention => QuantizedAttention.Of(_context, _feeds, (MultiheadAttention)layer),
        LayerKind.Recurrent => new QuantizedRecurrent(
            new RecurrentUnit(_context, _context.PathOf(layer), _feeds, layer)),
        LayerKind.RecurrentCell => new RecurrentCellUnit(_context, _context.PathOf(layer), _feeds, layer),
        LayerKind.Transformer => new QuantizedTransformer(_context, _feeds, layer),
        _ => null,
    };

    private QDropException Unsupported(TModule module) =>
        new(
            Codes.UnsupportedModule,
            $"'{_context.PathOf(module)}' is a {module.GetType().Name}, which cannot be quantized where it is called "
                + $"at '{_path}'. "
                + "Expected a partial module class of the model's own assembly, MultiheadAttention, a recurrent layer, "
                + "an encoder or decoder of transformers, or a layer that takes and returns one tensor.");

    /// <summary>A layer with one tensor in and one out, called as a module.</summary>
    private sealed class ChainModule(Chain chain) : IModule<Tensor, Tensor>
    {
        public Tensor call(Tensor input) => chain.forward(input);
    }
}
