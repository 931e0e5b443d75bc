using System.Collections.Concurrent;
using static TorchSharp.torch.nn;

namespace QDrop.Modules;

/// <summary>Base class of generated quantized twins.</summary>
/// <typeparam name="T">Input of <c>forward</c>.</typeparam>
/// <typeparam name="TResult">Result of <c>forward</c>.</typeparam>
public abstract class QuantizedModule<T, TResult> : Module<T, TResult>, IQuantizedModule
{
    private readonly Module _float;
    private readonly Feeds _output;
    private readonly ConcurrentDictionary<(string Site, object? Module), Chain> _dynamic = [];

    /// <summary>Makes a twin.</summary>
    /// <param name="model">The float instance.</param>
    /// <param name="context">What the twins of one model share.</param>
    /// <param name="output">Where the value that <c>forward</c> returns goes.</param>
    /// <param name="isBlock">Whether the module is reconstructed as one unit.</param>
    protected QuantizedModule(Module model, QuantizationContext context, Feeds output, bool isBlock) : base(model.GetName())
    {
        _float = model;
        _output = output;
        Context = context;
        IsBlock = isBlock;
    }

    /// <inheritdoc/>
    public QuantizationContext Context { get; }

    /// <inheritdoc/>
    public bool IsBlock { get; }

    /// <summary>The float model that this is the twin of.</summary>
    public Module Float => _float;

    /// <summary>A chain of steps.</summary>
    /// <param name="site">Name of the chain, unique in the class.</param>
    /// <param name="feeds">Where its value goes.</param>
    /// <param name="steps">Gives the steps; asked once, at the first run.</param>
    /// <returns>The chain.</returns>
    protected Chain Chain(string site, Feeds feeds, Func<Step[]> steps) => new(Context, PathOf(site), Resolve(feeds), afterJoin: false, steps);

    /// <summary>What follows a join: activation functions and the quantizer of the join's value.</summary>
    /// <param name="site">Name of the join, unique in the class.</param>
    /// <param name="feeds">Where its value goes.</param>
    /// <param name="steps">Gives the steps after the join; asked once, at the first run. None: the quantizer alone.</param>
    /// <returns>The chain that takes the join's value.</returns>
    protected Chain Join(string site, Feeds feeds, Func<Step[]>? steps = null) => new(Context, PathOf(site), Resolve(feeds), afterJoin: true, steps ?? (static () => []));

    /// <summary>The chain of a module that is known only while <c>forward</c> runs: a loop variable, an element of a list.</summary>
    /// <param name="site">Name of the place, unique in the class.</param>
    /// <param name="feeds">Where the module's value goes.</param>
    /// <param name="module">The module.</param>
    /// <param name="following">Steps after the module.</param>
    /// <returns>The chain; the same one for the same module.</returns>
    protected Chain Dynamic(string site, Feeds feeds, Step module, params Step[] following) =>
        _dynamic.GetOrAdd((site, module.Module), _ => new Chain(Context, PathOf(site), Resolve(feeds), afterJoin: false, () => [module, .. following]));

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && Context.PathOf(_float).Length == 0)
            Context.Dispose();
        base.Dispose(disposing);
    }

    private Feeds Resolve(Feeds feeds) => feeds == Feeds.Result ? _output : feeds;

    private string PathOf(string site)
    {
        string path = Context.PathOf(_float);
        return path.Length == 0 ? site : $"{path}.{site}";
    }
}
