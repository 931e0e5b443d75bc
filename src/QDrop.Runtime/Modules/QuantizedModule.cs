using static TorchSharp.torch.nn;

namespace QDrop.Modules;

/// <summary>Base class of generated quantized twins.</summary>
/// <typeparam name="T">Input of <c>forward</c>.</typeparam>
/// <typeparam name="TResult">Result of <c>forward</c>: a tensor, or a tuple or an array of tensors.</typeparam>
public abstract class QuantizedModule<T, TResult> : Module<T, TResult>, IModelTwin
{
    private readonly Sites _sites;

    /// <summary>Makes a twin.</summary>
    /// <param name="model">The float instance.</param>
    /// <param name="context">What the twins of one model share.</param>
    /// <param name="output">Where the value that <c>forward</c> returns goes.</param>
    /// <param name="isBlock">Whether the module is reconstructed as one unit.</param>
    protected QuantizedModule(Module model, QuantizationContext context, Feeds output, bool isBlock) : base(model.GetName())
    {
        _sites = new Sites(model, context, output);
        IsBlock = isBlock;
    }

    /// <inheritdoc/>
    public QuantizationContext Context => _sites.Context;

    /// <inheritdoc/>
    public bool IsBlock { get; }

    /// <summary>The float model that this is the twin of.</summary>
    public Module Float => _sites.Float;

    IReadOnlyList<Type> IModelTwin.InputTypes => [typeof(T)];

    object? IModelTwin.Run(Bundle arguments) => call(arguments.Get<T>());

    object? IModelTwin.RunFloat(Bundle arguments) => ((Module<T, TResult>)Float).call(arguments.Get<T>());

    /// <summary>A chain of steps.</summary>
    /// <param name="site">Name of the chain, unique in the class.</param>
    /// <param name="feeds">Where its value goes.</param>
    /// <param name="steps">Gives the steps; asked once, at the first run.</param>
    /// <returns>The chain.</returns>
    protected Chain Chain(string site, Feeds feeds, Func<Step[]> steps) => _sites.Chain(site, feeds, steps);

    /// <summary>What follows a join: activation functions and the quantizer of the join's value.</summary>
    /// <param name="site">Name of the join, unique in the class.</param>
    /// <param name="feeds">Where its value goes.</param>
    /// <param name="steps">Gives the steps after the join; asked once, at the first run. None: the quantizer alone.</param>
    /// <returns>The chain that takes the join's value.</returns>
    protected Chain Join(string site, Feeds feeds, Func<Step[]>? steps = null) => _sites.Join(site, feeds, steps);

    /// <summary>The chain of a module that is known only while <c>forward</c> runs: a loop variable, an element of a list.</summary>
    /// <param name="site">Name of the place, unique in the class.</param>
    /// <param name="feeds">Where the module's value goes.</param>
    /// <param name="module">The module.</param>
    /// <param name="following">Steps after the module.</param>
    /// <returns>The chain; the same one for the same module.</returns>
    protected Chain Dynamic(string site, Feeds feeds, Step module, params Step[] following) => _sites.Dynamic(site, feeds, module, following);

    /// <summary>
    /// A place where <c>forward</c> calls a module that is no step of a chain, because several tensors go in or out: a module class of the
    /// user's, or a layer that the run time knows. <c>Call("cross", Feeds.Next, () =&gt; model.cross)</c> gives what stands for the module, and
    /// <c>.forward(a, b)</c> calls it.
    /// </summary>
    /// <param name="site">Name of the place, unique in the class.</param>
    /// <param name="feeds">Where the values that the module returns go.</param>
    /// <param name="module">Gives the float module; asked once, at the first run. The place must not be reached where it is <see langword="null"/>.</param>
    /// <returns>What stands for the module.</returns>
    protected Call<TIn, TOut> Call<TIn, TOut>(string site, Feeds feeds, Func<IModule<TIn, TOut>?> module) =>
        _sites.Call(site, feeds, path => new Call<TIn, TOut>(Context, path.Name, path.Feeds, module));

    /// <inheritdoc cref="Call{TIn, TOut}(string, Feeds, Func{IModule{TIn, TOut}})"/>
    protected Call<TIn1, TIn2, TOut> Call<TIn1, TIn2, TOut>(string site, Feeds feeds, Func<IModule<TIn1, TIn2, TOut>?> module) =>
        _sites.Call(site, feeds, path => new Call<TIn1, TIn2, TOut>(Context, path.Name, path.Feeds, module));

    /// <inheritdoc cref="Call{TIn, TOut}(string, Feeds, Func{IModule{TIn, TOut}})"/>
    protected Call<TIn1, TIn2, TIn3, TOut> Call<TIn1, TIn2, TIn3, TOut>(string site, Feeds feeds, Func<IModule<TIn1, TIn2, TIn3, TOut>?> module) =>
        _sites.Call(site, feeds, path => new Call<TIn1, TIn2, TIn3, TOut>(Context, path.Name, path.Feeds, module));

    /// <inheritdoc cref="Call{TIn, TOut}(string, Feeds, Func{IModule{TIn, TOut}})"/>
    protected Call<TIn1, TIn2, TIn3, TIn4, TOut> Call<TIn1, TIn2, TIn3, TIn4, TOut>(string site, Feeds feeds, Func<IModule<TIn1, TIn2, TIn3, TIn4, TOut>?> module) =>
        _sites.Call(site, feeds, path => new Call<TIn1, TIn2, TIn3, TIn4, TOut>(Context, path.Name, path.Feeds, module));

    /// <inheritdoc cref="Call{TIn, TOut}(string, Feeds, Func{IModule{TIn, TOut}})"/>
    protected Call<TIn1, TIn2, TIn3, TIn4, TIn5, TOut> Call<TIn1, TIn2, TIn3, TIn4, TIn5, TOut>(string site, Feeds feeds, Func<IModule<TIn1, TIn2, TIn3, TIn4, TIn5, TOut>?> module) =>
        _sites.Call(site, feeds, path => new Call<TIn1, TIn2, TIn3, TIn4, TIn5, TOut>(Context, path.Name, path.Feeds, module));

    /// <inheritdoc cref="Call{TIn, TOut}(string, Feeds, Func{IModule{TIn, TOut}})"/>
    protected Call<TIn1, TIn2, TIn3, TIn4, TIn5, TIn6, TOut> Call<TIn1, TIn2, TIn3, TIn4, TIn5, TIn6, TOut>(string site, Feeds feeds, Func<IModule<TIn1, TIn2, TIn3, TIn4, TIn5, TIn6, TOut>?> module) =>
        _sites.Call(site, feeds, path => new Call<TIn1, TIn2, TIn3, TIn4, TIn5, TIn6, TOut>(Context, path.Name, path.Feeds, module));

    /// <summary>Such a place where the module is known only while <c>forward</c> runs: a loop variable, an element of a list.</summary>
    /// <param name="site">Name of the place, unique in the class.</param>
    /// <param name="feeds">Where the values that the module returns go.</param>
    /// <param name="module">The module.</param>
    /// <returns>What stands for the module; the same for the same module.</returns>
    protected Call<TIn, TOut> DynamicCall<TIn, TOut>(string site, Feeds feeds, IModule<TIn, TOut> module) =>
        _sites.DynamicCall(site, feeds, module, path => new Call<TIn, TOut>(Context, path.Name, path.Feeds, () => module));

    /// <inheritdoc cref="DynamicCall{TIn, TOut}(string, Feeds, IModule{TIn, TOut})"/>
    protected Call<TIn1, TIn2, TOut> DynamicCall<TIn1, TIn2, TOut>(string site, Feeds feeds, IModule<TIn1, TIn2, TOut> module) =>
        _sites.DynamicCall(site, feeds, module, path => new Call<TIn1, TIn2, TOut>(Context, path.Name, path.Feeds, () => module));

    /// <inheritdoc cref="DynamicCall{TIn, TOut}(string, Feeds, IModule{TIn, TOut})"/>
    protected Call<TIn1, TIn2, TIn3, TOut> DynamicCall<TIn1, TIn2, TIn3, TOut>(string site, Feeds feeds, IModule<TIn1, TIn2, TIn3, TOut> module) =>
        _sites.DynamicCall(site, feeds, module, path => new Call<TIn1, TIn2, TIn3, TOut>(Context, path.Name, path.Feeds, () => module));

    /// <inheritdoc cref="DynamicCall{TIn, TOut}(string, Feeds, IModule{TIn, TOut})"/>
    protected Call<TIn1, TIn2, TIn3, TIn4, TOut> DynamicCall<TIn1, TIn2, TIn3, TIn4, TOut>(string site, Feeds feeds, IModule<TIn1, TIn2, TIn3, TIn4, TOut> module) =>
        _sites.DynamicCall(site, feeds, module, path => new Call<TIn1, TIn2, TIn3, TIn4, TOut>(Context, path.Name, path.Feeds, () => module));

    /// <inheritdoc cref="DynamicCall{TIn, TOut}(string, Feeds, IModule{TIn, TOut})"/>
    protected Call<TIn1, TIn2, TIn3, TIn4, TIn5, TOut> DynamicCall<TIn1, TIn2, TIn3, TIn4, TIn5, TOut>(string site, Feeds feeds, IModule<TIn1, TIn2, TIn3, TIn4, TIn5, TOut> module) =>
        _sites.DynamicCall(site, feeds, module, path => new Call<TIn1, TIn2, TIn3, TIn4, TIn5, TOut>(Context, path.Name, path.Feeds, () => module));

    /// <inheritdoc cref="DynamicCall{TIn, TOut}(string, Feeds, IModule{TIn, TOut})"/>
    protected Call<TIn1, TIn2, TIn3, TIn4, TIn5, TIn6, TOut> DynamicCall<TIn1, TIn2, TIn3, TIn4, TIn5, TIn6, TOut>(string site, Feeds feeds, IModule<TIn1, TIn2, TIn3, TIn4, TIn5, TIn6, TOut> module) =>
        _sites.DynamicCall(site, feeds, module, path => new Call<TIn1, TIn2, TIn3, TIn4, TIn5, TIn6, TOut>(Context, path.Name, path.Feeds, () => module));

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _sites.DisposeRoot();
        base.Dispose(disposing);
    }
}
