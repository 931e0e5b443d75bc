namespace QDrop.CompilerServices;

/// <summary>A place of a twin's <c>forward</c> that a loop may reach several times in one call.</summary>
internal interface IPlace
{
    /// <summary>Whether no call has reached it so far, although something stands there.</summary>
    bool IsMissed { get; }

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

/// <summary>A place as its passes are counted.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Address">Its address, without a pass.</param>
/// <param name="IsAlwaysReached">
/// Whether every call reaches it equally often: a loop is around it. What stands elsewhere may stand in a branch that
/// is not taken, and of modules that are known only while <c>forward</c> runs, a call may take others.
/// </param>
internal readonly record struct CountedPlace(string Name, string Address, bool IsAlwaysReached);

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
    private readonly Func<bool> _isThere;
    private readonly Func<T> _make;
    private readonly Func<T, PlaceContent> _content;
    private readonly PlaceAddress? _around = PlaceAddress.Current;
    private readonly Lock _lock = new();
    private readonly (string Text, bool IsInLoop, bool IsAlwaysReached) _address;
    private T[] _made = [];
    private string? _name;

    /// <param name="context">What the twins of the model share.</param>
    /// <param name="sites">The places of the twin; <see langword="null"/> for one that is no place of its own.</param>
    /// <param name="path">The place's name.</param>
    /// <param name="isThere">Whether the model has what is called there.</param>
    /// <param name="make">Makes what stands there in a further pass.</param>
    /// <param name="content">Says what it is made of.</param>
    public Place(
        QuantizationContext context, Sites? sites, string path, Func<bool> isThere, Func<T> make,
        Func<T, PlaceContent> content)
    {
        _context = context;
        _sites = sites;
        _path = path;
        _isThere = isThere;
        _make = make;
        _content = content;
        if (sites is not null)
            _address = sites.Add(this, path);
    }

    /// <inheritdoc/>
    public bool IsMissed => Volatile.Read(ref _made).Length == 0 && IsThere();

    /// <summary>What stands there in the pass that runs now.</summary>
    /// <exception cref="QDropException">It is reached more often than in calibration (QDROP236).</exception>
    public T Current()
    {
        T first = Made(0);
        PlaceContent content = _content(first);
        if (_sites is null || !_context.PassCounts.AreCounted(content))
            return first;
        // What a program does not count must not count here.
        int pass = Passes.Next(
            _sites, this, _address.IsAlwaysReached && content == PlaceContent.Quantizers);
        return pass == 0 ? first : Made(pass);
    }

    /// <inheritdoc/>
    public void Ended(int passes)
    {
        T[] made = Volatile.Read(ref _made);
        if (made.Length == 0)
        {
            _context.PassCounts.CheckNotReached(Counted(_path), _sites!.IsRoot);
            return;
        }
        PlaceContent content = _content(made[0]);
        if (_context.PassCounts.AreCounted(content))
            _context.PassCounts.Check(Counted(_name!), content, passes);
    }

    private CountedPlace Counted(string name) => new(name, _address.Text, _address.IsAlwaysReached);

    /// <summary>A module that a call would fail on may be one that is not there.</summary>
    private bool IsThere()
    {
        try
        {
            return _isThere();
        }
        catch (Exception e) when (e is ArgumentException or IndexOutOfRangeException or NullReferenceException
            or InvalidOperationException or KeyNotFoundException)
        {
            return false;
        }
    }

    private T Made(int pass)
    {
        T[] made = Volatile.Read(ref _made);
        if (pass < made.Length)
            return made[pass];
        lock (_lock)
        {
            if (_sites is not null)
                _name ??= _context.PassCounts.Name(_path);
            if (pass > 0)
                _context.PassCounts.CheckPass(Counted(_name!), pass);
            for (int i = _made.Length; i <= pass; i++)
                Volatile.Write(ref _made, [.. _made, Make(i)]);
            return _made[pass];
        }
    }

    private T Make(int pass)
    {
        if (_sites is null)
            return _around is null ? _make() : _around.Make(_make);
        var address = new PlaceAddress(PlaceAddress.Of(_address.Text, pass), _path, _address.IsInLoop);
        T made = address.Make(_make);
        if (_content(made) == PlaceContent.Quantizers)
            _context.Places.Made(address);
        return made;
    }
}
