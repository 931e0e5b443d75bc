using System.Collections.Concurrent;
using System.ComponentModel;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.CompilerServices;

/// <summary>
/// The places of one twin's <c>forward</c> at which modules are called: generated code makes its chains and calls here.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class Sites
{
    private readonly ConcurrentDictionary<(string Site, object? Module), object> _dynamic = [];
    private readonly Module _model;
    private readonly QuantizationContext _context;
    private readonly Feeds _output;
    private readonly bool _isInLoop = PlaceAddress.Current is { IsInLoop: true };
    private readonly HashSet<string> _addresses = [];
    private readonly Lock _lock = new();
    private string[] _inLoops = [];
    private (bool Is, object? Module) _dynamicNow;
    private IPlace[] _places = [];

    /// <param name="model">The float instance.</param>
    /// <param name="context">What the twins of one model share.</param>
    /// <param name="output">Where the value that <c>forward</c> returns goes.</param>
    internal Sites(Module model, QuantizationContext context, Feeds output)
    {
        _model = model;
        _context = context;
        _output = output;
    }

    internal QuantizationContext Context => _context;

    internal Module Float => _model;

    /// <summary>What the addresses of the places begin with.</summary>
    internal string Address { get; } = PlaceAddress.OfTwin();

    /// <summary>Whether they are those of the model itself.</summary>
    internal bool IsRoot => _context.PathOf(_model).Length == 0;

    /// <summary>The places that are known by now.</summary>
    internal IReadOnlyList<IPlace> Places => Volatile.Read(ref _places);

    /// <summary>Says which places a loop may reach several times in one call, before they are made.</summary>
    /// <param name="sites">Names of the places.</param>
    public void InLoops(params string[] sites) => _inLoops = [.. sites.Select(PathOf)];

    /// <summary>
    /// Begins a call of <c>forward</c> in which a loop may reach places several times. Generated code ends it.
    /// </summary>
    /// <returns>What counts the passes.</returns>
    public Passes Begin() => new(this);

    /// <summary>Begins a pass of a loop around other loops, in the call that runs now.</summary>
    public void BeginPass() => Passes.Begin(this);

    /// <summary>A chain of steps.</summary>
    /// <param name="site">Name of the chain, unique in the class.</param>
    /// <param name="feeds">Where its value goes.</param>
    /// <param name="steps">Gives the steps; asked once, at the first run.</param>
    /// <returns>The chain.</returns>
    public Chain Chain(string site, Feeds feeds, Func<Step[]> steps) =>
        new(_context, this, PathOf(site), Resolve(feeds), afterJoin: false, steps);

    /// <summary>What follows a join: activation functions and the quantizer of the join's value.</summary>
    /// <param name="site">Name of the join, unique in the class.</param>
    /// <param name="feeds">Where its value goes.</param>
    /// <param name="steps">
    /// Gives the steps after the join; asked once, at the first run. None: the quantizer alone.
    /// </param>
    /// <returns>The chain that takes the join's value.</returns>
    public Chain Join(string site, Feeds feeds, Func<Step[]>? steps = null) =>
        new(_context, this, PathOf(site), Resolve(feeds), afterJoin: true, steps ?? (static () => []));

    /// <summary>
    /// The chain of a module that is known only while <c>forward</c> runs: a loop variable, an element of a list.
    /// </summary>
    /// <param name="site">Name of the place, unique in the class.</param>
    /// <param name="feeds">Where the module's value goes.</param>
    /// <param name="module">The module.</param>
    /// <param name="following">Steps after the module.</param>
    /// <returns>The chain; the same one for the same module.</returns>
    public Chain Dynamic(string site, Feeds feeds, Step module, params Step[] following) =>
        Once(site, module.Module, () => Chain(site, feeds, () => [module, .. following]));

    /// <summary>
    /// A place where <c>forward</c> calls a module that is no step of a chain, because several tensors go in or out: a
    /// module class of the user's, or a layer that the run time knows. <c>Call("cross", Feeds.Next, () =&gt;
    /// model.cross)</c> gives what stands for the module, and <c>.forward(a, b)</c> calls it.
    /// </summary>
    /// <param name="site">Name of the place, unique in the class.</param>
    /// <param name="feeds">Where the values that the module returns go.</param>
    /// <param name="module">
    /// Gives the float module; asked once, at the first run. The place must not be reached where it is
    /// <see langword="null"/>.
    /// </param>
    /// <returns>What stands for the module.</returns>
    public Call<TIn, TOut> Call<TIn, TOut>(string site, Feeds feeds, Func<IModule<TIn, TOut>?> module) =>
        new(_context, this, PathOf(site), Resolve(feeds), module);

    /// <inheritdoc cref="Call{TIn, TOut}(string, Feeds, Func{IModule{TIn, TOut}})"/>
    public Call<TIn1, TIn2, TOut> Call<TIn1, TIn2, TOut>(
        string site,
        Feeds feeds,
        Func<IModule<TIn1, TIn2, TOut>?> module) => new(_context, this, PathOf(site), Resolve(feeds), module);

    /// <inheritdoc cref="Call{TIn, TOut}(string, Feeds, Func{IModule{TIn, TOut}})"/>
    public Call<TIn1, TIn2, TIn3, TOut> Call<TIn1, TIn2, TIn3, TOut>(
        string site,
        Feeds feeds,
        Func<IModule<TIn1, TIn2, TIn3, TOut>?> module
    ) => new(_context, this, PathOf(site), Resolve(feeds), module);

    /// <inheritdoc cref="Call{TIn, TOut}(string, Feeds, Func{IModule{TIn, TOut}})"/>
    public Call<TIn1, TIn2, TIn3, TIn4, TOut> Call<TIn1, TIn2, TIn3, TIn4, TOut>(
        string site,
        Feeds feeds,
        Func<IModule<TIn1, TIn2, TIn3, TIn4, TOut>?> module
    ) => new(_context, this, PathOf(site), Resolve(feeds), module);

    /// <inheritdoc cref="Call{TIn, TOut}(string, Feeds, Func{IModule{TIn, TOut}})"/>
    public Call<TIn1, TIn2, TIn3, TIn4, TIn5, TOut> Call<TIn1, TIn2, TIn3, TIn4, TIn5, TOut>(
        string site,
        Feeds feeds,
        Func<IModule<TIn1, TIn2, TIn3, TIn4, TIn5, TOut>?> module
    ) => new(_context, this, PathOf(site), Resolve(feeds), module);

    /// <inheritdoc cref="Call{TIn, TOut}(string, Feeds, Func{IModule{TIn, TOut}})"/>
    public Call<TIn1, TIn2, TIn3, TIn4, TIn5, TIn6, TOut> Call<TIn1, TIn2, TIn3, TIn4, TIn5, TIn6, TOut>(
        string site,
        Feeds feeds,
        Func<IModule<TIn1, TIn2, TIn3, TIn4, TIn5, TIn6, TOut>?> module
    ) => new(_context, this, PathOf(site), Resolve(feeds), module);

    /// <summary>
    /// Such a place where the module is known only while <c>forward</c> runs: a loop variable, an element of a list.
    /// </summary>
    /// <param name="site">Name of the place, unique in the class.</param>
    /// <param name="feeds">Where the values that the module returns go.</param>
    /// <param name="module">The module.</param>
    /// <returns>What stands for the module; the same for the same module.</returns>
    public Call<TIn, TOut> DynamicCall<TIn, TOut>(string site, Feeds feeds, IModule<TIn, TOut> module) =>
        Once(site, module, () => Call(site, feeds, () => module));

    /// <inheritdoc cref="DynamicCall{TIn, TOut}(string, Feeds, IModule{TIn, TOut})"/>
    public Call<TIn1, TIn2, TOut> DynamicCall<TIn1, TIn2, TOut>(
        string site,
        Feeds feeds,
        IModule<TIn1, TIn2, TOut> module) => Once(site, module, () => Call(site, feeds, () => module));

    /// <inheritdoc cref="DynamicCall{TIn, TOut}(string, Feeds, IModule{TIn, TOut})"/>
    public Call<TIn1, TIn2, TIn3, TOut> DynamicCall<TIn1, TIn2, TIn3, TOut>(
        string site,
        Feeds feeds,
        IModule<TIn1, TIn2, TIn3, TOut> module) => Once(site, module, () => Call(site, feeds, () => module));

    /// <inheritdoc cref="DynamicCall{TIn, TOut}(string, Feeds, IModule{TIn, TOut})"/>
    public Call<TIn1, TIn2, TIn3, TIn4, TOut> DynamicCall<TIn1, TIn2, TIn3, TIn4, TOut>(
        string site,
        Feeds feeds,
        IModule<TIn1, TIn2, TIn3, TIn4, TOut> module) => Once(site, module, () => Call(site, feeds, () => module));

    /// <inheritdoc cref="DynamicCall{TIn, TOut}(string, Feeds, IModule{TIn, TOut})"/>
    public Call<TIn1, TIn2, TIn3, TIn4, TIn5, TOut> DynamicCall<TIn1, TIn2, TIn3, TIn4, TIn5, TOut>(
        string site,
        Feeds feeds,
        IModule<TIn1, TIn2, TIn3, TIn4, TIn5, TOut> module
    ) => Once(site, module, () => Call(site, feeds, () => module));

    /// <inheritdoc cref="DynamicCall{TIn, TOut}(string, Feeds, IModule{TIn, TOut})"/>
    public Call<TIn1, TIn2, TIn3, TIn4, TIn5, TIn6, TOut> DynamicCall<TIn1, TIn2, TIn3, TIn4, TIn5, TIn6, TOut>(
        string site,
        Feeds feeds,
        IModule<TIn1, TIn2, TIn3, TIn4, TIn5, TIn6, TOut> module
    ) => Once(site, module, () => Call(site, feeds, () => module));

    /// <summary>
    /// A <c>TransformerEncoderLayer</c> as a module with its masks, which it takes although its type has one input.
    /// </summary>
    /// <param name="layer">The layer, or <see langword="null"/>.</param>
    /// <returns>What <c>Call</c> takes for the layer.</returns>
    public static IModule<Tensor, Tensor, Tensor, Tensor>? Masked(TransformerEncoderLayer? layer) =>
        layer is null ? null : new MaskedLayer(layer);

    /// <summary>Ends what all twins of the model share, if this one is the model's.</summary>
    internal void DisposeRoot()
    {
        if (IsRoot)
            _context.Dispose();
    }

    /// <summary>Makes a place known.</summary>
    /// <param name="place">The place.</param>
    /// <param name="path">Its name.</param>
    /// <returns>Its address, whether a loop is around it, and whether every call reaches it equally often.</returns>
    internal (string Address, bool IsInLoop, bool IsAlwaysReached) Add(IPlace place, string path)
    {
        lock (_lock)
        {
            Volatile.Write(ref _places, [.. _places, place]);
            string address = path;
            if (_dynamicNow is { Is: true, Module: { } module })
                address += "@" + (_context.FindPath(module) ?? module.GetType().Name);
            address = Address + UniqueName.In(_addresses, address);
            bool isInLoop = _inLoops.Contains(path);
            if (PlaceAddress.Current is not { Text: "" })
                _context.Places.Add(place, isCertain: !isInLoop && !_dynamicNow.Is);
            return (address, isInLoop || _isInLoop, isInLoop && !_dynamicNow.Is);
        }
    }

    private T Once<T>(string site, object? module, Func<T> make)
        where T : class
    {
        if (_dynamic.TryGetValue((site, module), out object? known))
            return (T)known;
        lock (_lock)
        {
            if (_dynamic.TryGetValue((site, module), out known))
                return (T)known;
            _dynamicNow = (true, module is MaskedLayer masked ? masked.Layer : module);
            try
            {
                T made = make();
                _dynamic[(site, module)] = made;
                return made;
            }
            finally
            {
                _dynamicNow = default;
            }
        }
    }

    private Feeds Resolve(Feeds feeds) => feeds == Feeds.Result ? _output : feeds;

    private string PathOf(string site)
    {
        string path = _context.PathOf(_model);
        return path.Length == 0 ? site : $"{path}.{site}";
    }
}
