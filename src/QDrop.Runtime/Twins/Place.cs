namespace QDrop.CompilerServices;

/// <summary>A place of a twin's <c>forward</c> that a loop may reach several times in one call.</summary>
internal interface IPlace
{
    /// <summary>Is called when <c>forward</c> ends.</summary>
    /// <param name="passes">How often the place was reached.</param>
    /// <exception cref="QDropException">That is more often or less often than in calibration (QDROP236).</exception>
    void Ended(int passes);
}

/// <summary>What stands at a place.</summary>
internal enum PlaceContent
{
    /// <summary>Functions without a quantizer: they are the same in each pass.</summary>
    Functions,

    /// <summary>
    /// Layers without a quantizer after them: their weights are the same in each pass, but calibration reconstructs
    /// each pass on its own inputs.
    /// </summary>
    Layers,

    /// <summary>Quantizers, or modules that may have some: each pass has its own.</summary>
    Quantizers,
}

/// <summary>
/// What stands at a place of a twin's <c>forward</c>, in each pass of the loop around it: a loop is quantized as the
/// same code without a loop. Where one quantizer is for all passes, it is the same in each.
/// </summary>
/// <typeparam name="T">What it is.</typeparam>
internal sealed class Place<T> : IPlace where T : class
{
    private readonly QuantizationContext _context;
    private readonly Sites? _sites;
    private readonly string _path;
    private readonly Func<T> _make;
    private readonly Func<T, PlaceContent> _content;
    private readonly Lock _lock = new();
    private T[] _made = [];
    private string? _name;

    /// <param name="context">What the twins of the model share.</param>
    /// <param name="sites">The places of the twin; <see langword="null"/> for one that is no place of its own.</param>
    /// <param name="path">The place's name.</param>
    /// <param name="make">Makes what stands there in a further pass.</param>
    /// <param name="content">Says what it is made of.</param>
    public Place(
        QuantizationContext context, Sites? sites, string path, Func<T> make, Func<T, PlaceContent> content)
    {
        _context = context;
        _sites = sites;
        _path = path;
        _make = make;
        _content = content;
        sites?.Add(this);
    }

    /// <summary>What stands there in the pass that runs now.</summary>
    /// <exception cref="QDropException">It is reached more often than in calibration (QDROP236).</exception>
    public T Current()
    {
        T first = Made(0);
        if (_sites is null || !_context.PassCounts.AreCounted(_content(first)))
            return first;
        int pass = Passes.Next(_sites, this);
        return pass == 0 ? first : Made(pass);
    }

    /// <inheritdoc/>
    public void Ended(int passes)
    {
        T[] made = Volatile.Read(ref _made);
        if (made.Length > 0)
        {
            PlaceContent content = _content(made[0]);
            if (_context.PassCounts.AreCounted(content))
                _context.PassCounts.Check(_name!, content, passes);
        }
        else if (_sites!.IsRoot)
        {
            // The twin of a module that is called twice may reach it in one of the calls.
            _context.PassCounts.CheckNotReached(_path);
        }
    }

    private T Made(int pass)
    {
        T[] made = Volatile.Read(ref _made);
        if (pass < made.Length)
            return made[pass];
        lock (_lock)
        {
            // The name is given in the order of the first run, which is the same in each process.
            if (_sites is not null)
                _name ??= _context.PassCounts.Name(_path);
            if (pass > 0)
                _context.PassCounts.CheckPass(_name!, pass);
            for (int i = _made.Length; i <= pass; i++)
                Volatile.Write(ref _made, [.. _made, _make()]);
            return _made[pass];
        }
    }
}
