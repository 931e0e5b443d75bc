using static TorchSharp.torch.nn;

namespace QDrop.Modules;

/// <summary>Base class of generated quantized twins of modules with four inputs.</summary>
/// <typeparam name="T1">First input of <c>forward</c>.</typeparam>
/// <typeparam name="T2">Second input of <c>forward</c>.</typeparam>
/// <typeparam name="T3">Third input of <c>forward</c>.</typeparam>
/// <typeparam name="T4">Fourth input of <c>forward</c>.</typeparam>
/// <typeparam name="TResult">Result of <c>forward</c>: a tensor, or a tuple or an array of tensors.</typeparam>
public abstract class QuantizedModule<T1, T2, T3, T4, TResult> : Module<T1, T2, T3, T4, TResult>, IModelTwin
{
    private readonly Sites _sites;

    /// <summary>Makes a twin.</summary>
    /// <param name="model">The float instance.</param>
    /// <param name="context">What the twins of one model share.</param>
    /// <param name="output">Where the values that <c>forward</c> returns go.</param>
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

    IReadOnlyList<Type> IModelTwin.InputTypes => [typeof(T1), typeof(T2), typeof(T3), typeof(T4)];

    object? IModelTwin.Run(Bundle arguments) => call(arguments.Get<T1>(), arguments.Get<T2>(1), arguments.Get<T3>(2), arguments.Get<T4>(3));

    object? IModelTwin.RunFloat(Bundle arguments) => ((Module<T1, T2, T3, T4, TResult>)Float).call(arguments.Get<T1>(), arguments.Get<T2>(1), arguments.Get<T3>(2), arguments.Get<T4>(3));

    /// <inheritdoc cref="QuantizedModule{T, TResult}.Chain"/>
    protected Chain Chain(string site, Feeds feeds, Func<Step[]> steps) => _sites.Chain(site, feeds, steps);

    /// <inheritdoc cref="QuantizedModule{T, TResult}.Join"/>
    protected Chain Join(string site, Feeds feeds, Func<Step[]>? steps = null) => _sites.Join(site, feeds, steps);

    /// <inheritdoc cref="QuantizedModule{T, TResult}.Dynamic"/>
    protected Chain Dynamic(string site, Feeds feeds, Step module, params Step[] following) => _sites.Dynamic(site, feeds, module, following);

    /// <inheritdoc cref="QuantizedModule{T, TResult}.Call{TIn, TOut}(string, Feeds, Func{IModule{TIn, TOut}})"/>
    protected Call<TIn, TOut> Call<TIn, TOut>(string site, Feeds feeds, Func<IModule<TIn, TOut>?> module) =>
        _sites.Call(site, feeds, path => new Call<TIn, TOut>(Context, path.Name, path.Feeds, module));

    /// <inheritdoc cref="QuantizedModule{T, TResult}.Call{TIn, TOut}(string, Feeds, Func{IModule{TIn, TOut}})"/>
    protected Call<TIn1, TIn2, TOut> Call<TIn1, TIn2, TOut>(string site, Feeds feeds, Func<IModule<TIn1, TIn2, TOut>?> module) =>
        _sites.Call(site, feeds, path => new Call<TIn1, TIn2, TOut>(Context, path.Name, path.Feeds, module));

    /// <inheritdoc cref="QuantizedModule{T, TResult}.Call{TIn, TOut}(string, Feeds, Func{IModule{TIn, TOut}})"/>
    protected Call<TIn1, TIn2, TIn3, TOut> Call<TIn1, TIn2, TIn3, TOut>(string site, Feeds feeds, Func<IModule<TIn1, TIn2, TIn3, TOut>?> module) =>
        _sites.Call(site, feeds, path => new Call<TIn1, TIn2, TIn3, TOut>(Context, path.Name, path.Feeds, module));

    /// <inheritdoc cref="QuantizedModule{T, TResult}.Call{TIn, TOut}(string, Feeds, Func{IModule{TIn, TOut}})"/>
    protected Call<TIn1, TIn2, TIn3, TIn4, TOut> Call<TIn1, TIn2, TIn3, TIn4, TOut>(string site, Feeds feeds, Func<IModule<TIn1, TIn2, TIn3, TIn4, TOut>?> module) =>
        _sites.Call(site, feeds, path => new Call<TIn1, TIn2, TIn3, TIn4, TOut>(Context, path.Name, path.Feeds, module));

    /// <inheritdoc cref="QuantizedModule{T, TResult}.Call{TIn, TOut}(string, Feeds, Func{IModule{TIn, TOut}})"/>
    protected Call<TIn1, TIn2, TIn3, TIn4, TIn5, TOut> Call<TIn1, TIn2, TIn3, TIn4, TIn5, TOut>(string site, Feeds feeds, Func<IModule<TIn1, TIn2, TIn3, TIn4, TIn5, TOut>?> module) =>
        _sites.Call(site, feeds, path => new Call<TIn1, TIn2, TIn3, TIn4, TIn5, TOut>(Context, path.Name, path.Feeds, module));

    /// <inheritdoc cref="QuantizedModule{T, TResult}.Call{TIn, TOut}(string, Feeds, Func{IModule{TIn, TOut}})"/>
    protected Call<TIn1, TIn2, TIn3, TIn4, TIn5, TIn6, TOut> Call<TIn1, TIn2, TIn3, TIn4, TIn5, TIn6, TOut>(string site, Feeds feeds, Func<IModule<TIn1, TIn2, TIn3, TIn4, TIn5, TIn6, TOut>?> module) =>
        _sites.Call(site, feeds, path => new Call<TIn1, TIn2, TIn3, TIn4, TIn5, TIn6, TOut>(Context, path.Name, path.Feeds, module));

    /// <inheritdoc cref="QuantizedModule{T, TResult}.DynamicCall{TIn, TOut}(string, Feeds, IModule{TIn, TOut})"/>
    protected Call<TIn, TOut> DynamicCall<TIn, TOut>(string site, Feeds feeds, IModule<TIn, TOut> module) =>
        _sites.DynamicCall(site, feeds, module, path => new Call<TIn, TOut>(Context, path.Name, path.Feeds, () => module));

    /// <inheritdoc cref="QuantizedModule{T, TResult}.DynamicCall{TIn, TOut}(string, Feeds, IModule{TIn, TOut})"/>
    protected Call<TIn1, TIn2, TOut> DynamicCall<TIn1, TIn2, TOut>(string site, Feeds feeds, IModule<TIn1, TIn2, TOut> module) =>
        _sites.DynamicCall(site, feeds, module, path => new Call<TIn1, TIn2, TOut>(Context, path.Name, path.Feeds, () => module));

    /// <inheritdoc cref="QuantizedModule{T, TResult}.DynamicCall{TIn, TOut}(string, Feeds, IModule{TIn, TOut})"/>
    protected Call<TIn1, TIn2, TIn3, TOut> DynamicCall<TIn1, TIn2, TIn3, TOut>(string site, Feeds feeds, IModule<TIn1, TIn2, TIn3, TOut> module) =>
        _sites.DynamicCall(site, feeds, module, path => new Call<TIn1, TIn2, TIn3, TOut>(Context, path.Name, path.Feeds, () => module));

    /// <inheritdoc cref="QuantizedModule{T, TResult}.DynamicCall{TIn, TOut}(string, Feeds, IModule{TIn, TOut})"/>
    protected Call<TIn1, TIn2, TIn3, TIn4, TOut> DynamicCall<TIn1, TIn2, TIn3, TIn4, TOut>(string site, Feeds feeds, IModule<TIn1, TIn2, TIn3, TIn4, TOut> module) =>
        _sites.DynamicCall(site, feeds, module, path => new Call<TIn1, TIn2, TIn3, TIn4, TOut>(Context, path.Name, path.Feeds, () => module));

    /// <inheritdoc cref="QuantizedModule{T, TResult}.DynamicCall{TIn, TOut}(string, Feeds, IModule{TIn, TOut})"/>
    protected Call<TIn1, TIn2, TIn3, TIn4, TIn5, TOut> DynamicCall<TIn1, TIn2, TIn3, TIn4, TIn5, TOut>(string site, Feeds feeds, IModule<TIn1, TIn2, TIn3, TIn4, TIn5, TOut> module) =>
        _sites.DynamicCall(site, feeds, module, path => new Call<TIn1, TIn2, TIn3, TIn4, TIn5, TOut>(Context, path.Name, path.Feeds, () => module));

    /// <inheritdoc cref="QuantizedModule{T, TResult}.DynamicCall{TIn, TOut}(string, Feeds, IModule{TIn, TOut})"/>
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
