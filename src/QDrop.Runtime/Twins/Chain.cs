using static TorchSharp.torch;

namespace QDrop.CompilerServices;

/// <summary>
/// A run of steps each of whose values is used once. Its modules are looked at when it first runs, and it is then a
/// list of units (layer, batch norm, activation function, quantizer), functions, and twins of the user's own modules.
/// </summary>
public sealed class Chain : TensorChain
{
    private readonly QuantizationContext _context;
    private readonly string _path;
    private readonly Feeds _feeds;
    private readonly bool _afterJoin;
    private readonly Func<Step[]> _steps;
    private readonly Place<ChainElements> _place;

    internal Chain(
        QuantizationContext context, Sites? sites, string path, Feeds feeds, bool afterJoin, Func<Step[]> steps)
    {
        _context = context;
        _path = path;
        _feeds = feeds;
        _afterJoin = afterJoin;
        _steps = steps;
        _place = new(context, sites, path, IsThere, Build, static e => e.Content);
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor x)
    {
        foreach (Func<Tensor, Tensor> element in _place.Current().Functions)
            x = element(x);
        return x;
    }

    /// <summary>A chain that begins with a layer which the model does not have is not reached.</summary>
    private bool IsThere() =>
        _afterJoin || _steps() is [{ Module: not null } or { Function: not null } or { OwnProduct: not null }, ..];

    private ChainElements Build() => ChainBuilder.Build(_context, _path, _feeds, _afterJoin, HasChannels, _steps());
}
