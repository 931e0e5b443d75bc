namespace QDrop.Execution;

/// <summary>
/// The preparations of a program for inputs of several shapes, the last used ones. A caller whose inputs have ever new
/// lengths does not fill memory with them.
/// </summary>
/// <param name="make">Prepares the program for inputs of some shapes.</param>
internal sealed class PreparedPrograms(Func<InputShapes, PreparedProgram> make)
{
    /// <summary>How many are kept.</summary>
    public const int Most = 16;

    private readonly Dictionary<InputShapes, Entry> _entries = [];
    private readonly Lock _lock = new();
    private long _time;
    private bool _isRetired;

    /// <summary>Gets how many there are.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _entries.Count;
        }
    }

    /// <summary>The preparation for some shapes; it is made when they first come.</summary>
    /// <exception cref="Programs.InvalidProgramGraphException">The shapes do not fit.</exception>
    /// <exception cref="ObjectDisposedException">They were retired.</exception>
    public PreparedProgram Get(InputShapes shapes)
    {
        Entry? entry;
        PreparedProgram? evicted = null;
        lock (_lock)
        {
            if (_isRetired)
                throw new ObjectDisposedException("QDrop.QuantizedProgram");
            if (!_entries.TryGetValue(shapes, out entry))
            {
                if (_entries.Count == Most)
                    evicted = Evict();
                entry = Add(shapes.Copy());
            }
            entry.LastUse = ++_time;
        }
        evicted?.Retire();
        try
        {
            return entry.Made.Value;
        }
        catch
        {
            // Another call may try again: memory may suffice then.
            lock (_lock)
            {
                if (_entries.TryGetValue(shapes, out Entry? now) && now == entry)
                    _entries.Remove(shapes);
            }
            throw;
        }
    }

    /// <summary>Frees all of them, each once the calls that run now have ended.</summary>
    public void Retire()
    {
        List<Entry> entries;
        lock (_lock)
        {
            _isRetired = true;
            entries = [.. _entries.Values];
            _entries.Clear();
        }
        foreach (Entry entry in entries)
        {
            if (entry.Made.IsValueCreated)
                entry.Made.Value.Retire();
        }
    }

    private Entry Add(InputShapes shapes)
    {
        var entry = new Entry(new(() => make(shapes)));
        _entries.Add(shapes, entry);
        return entry;
    }

    /// <summary>Takes out the one whose last use is longest ago, of those that are made.</summary>
    private PreparedProgram? Evict()
    {
        (InputShapes shapes, Entry entry) = _entries.MinBy(static e => (!e.Value.Made.IsValueCreated, e.Value.LastUse));
        _entries.Remove(shapes);
        return entry.Made.IsValueCreated ? entry.Made.Value : null;
    }

    private sealed class Entry(Lazy<PreparedProgram> made)
    {
        public Lazy<PreparedProgram> Made => made;

        public long LastUse { get; set; }
    }
}
