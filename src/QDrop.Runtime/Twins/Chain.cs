using static TorchSharp.torch;

namespace QDrop.CompilerServices;

/// <summary>
/// A run of steps each of whose values is used once. Its modules are looked at when it first runs, and it is then a list of units
/// (layer, batch norm, activation function, quantizer), functions, and twins of the user's own modules.
/// </summary>
public sealed class Chain
{
    private readonly Lock _lock = new();
    private readonly QuantizationContext _context;
    private readonly string _path;
    private readonly Feeds _feeds;
    private readonly bool _afterJoin;
    private readonly Func<Step[]> _steps;
    private Func<Tensor, Tensor>[]? _elements;

    internal Chain(QuantizationContext context, string path, Feeds feeds, bool afterJoin, Func<Step[]> steps)
    {
        _context = context;
        _path = path;
        _feeds = feeds;
        _afterJoin = afterJoin;
        _steps = steps;
    }

    /// <summary>Whether the value that goes into the chain has channels. Set before the first run.</summary>
    internal bool HasChannels { get; set; } = true;

    /// <summary>Runs the chain.</summary>
    /// <param name="x">Input of the first step.</param>
    /// <returns>Value of the last step, quantized where a quantizer follows it.</returns>
    /// <exception cref="QDropException">A module of the chain cannot be quantized (QDROP232).</exception>
    public Tensor forward(Tensor x)
    {
        foreach (Func<Tensor, Tensor> element in Elements())
            x = element(x);
        return x;
    }

    private Func<Tensor, Tensor>[] Elements()
    {
        if (Volatile.Read(ref _elements) is { } elements)
            return elements;
        lock (_lock)
        {
            if (_elements is null)
                Volatile.Write(ref _elements, ChainBuilder.Build(_context, _path, _feeds, _afterJoin, HasChannels, _steps()));
            return _elements!;
        }
    }
}
