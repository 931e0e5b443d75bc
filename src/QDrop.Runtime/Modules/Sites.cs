using System.Collections.Concurrent;
using static TorchSharp.torch.nn;

namespace QDrop.Modules;

/// <summary>Makes the chains and calls of one twin.</summary>
/// <param name="model">The float instance.</param>
/// <param name="context">What the twins of one model share.</param>
/// <param name="output">Where the value that <c>forward</c> returns goes.</param>
internal sealed class Sites(Module model, QuantizationContext context, Feeds output)
{
    private readonly ConcurrentDictionary<(string Site, object? Module), object> _dynamic = [];

    public QuantizationContext Context => context;

    public Module Float => model;

    public Chain Chain(string site, Feeds feeds, Func<Step[]> steps) => new(context, PathOf(site), Resolve(feeds), afterJoin: false, steps);

    public Chain Join(string site, Feeds feeds, Func<Step[]>? steps) => new(context, PathOf(site), Resolve(feeds), afterJoin: true, steps ?? (static () => []));

    public Chain Dynamic(string site, Feeds feeds, Step module, Step[] following) =>
        (Chain)_dynamic.GetOrAdd((site, module.Module), _ => Chain(site, feeds, () => [module, .. following]));

    public TCall Call<TCall>(string site, Feeds feeds, Func<(string Name, Feeds Feeds), TCall> make) => make((PathOf(site), Resolve(feeds)));

    public TCall DynamicCall<TCall>(string site, Feeds feeds, object module, Func<(string Name, Feeds Feeds), TCall> make) where TCall : class =>
        (TCall)_dynamic.GetOrAdd((site, module), _ => Call(site, feeds, make));

    /// <summary>Ends what all twins of the model share, if this one is the model's.</summary>
    public void DisposeRoot()
    {
        if (context.PathOf(model).Length == 0)
            context.Dispose();
    }

    private Feeds Resolve(Feeds feeds) => feeds == Feeds.Result ? output : feeds;

    private string PathOf(string site)
    {
        string path = context.PathOf(model);
        return path.Length == 0 ? site : $"{path}.{site}";
    }
}
