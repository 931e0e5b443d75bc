using System.ComponentModel;

namespace QDrop.CompilerServices;

/// <summary>
/// One call of a twin's <c>forward</c>, in which places are reached once or, in a loop, several times: what a place is
/// in each pass is another. Generated code counts the passes where there is a loop.
/// </summary>
/// <remarks>
/// <c>using (Passes passes = Sites.Begin()) return passes.End(…);</c> — passes are counted for the thread that calls,
/// so that several threads can run one twin.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class Passes : IDisposable
{
    [ThreadStatic]
    private static Passes? _current;

    private readonly Dictionary<IPlace, int> _counts = new(ReferenceEqualityComparer.Instance);
    private readonly Sites _sites;
    private readonly Passes? _outer;
    private readonly List<int> _begun = [];
    private int _reached;

    internal Passes(Sites sites)
    {
        _sites = sites;
        _outer = _current;
        _current = this;
    }

    /// <summary>Ends the call: each place was reached as often as in calibration.</summary>
    /// <typeparam name="T">What <c>forward</c> returns.</typeparam>
    /// <param name="result">What it has returned.</param>
    /// <returns>The result.</returns>
    /// <exception cref="QDropException">A place was reached more often or less often (QDROP236).</exception>
    public T End<T>(T result)
    {
        foreach (IPlace place in _sites.Places)
            place.Ended(_counts.GetValueOrDefault(place));
        // Loops without quantizers in them are the same in each pass.
        _sites.Context.PassCounts.CheckLoops(
            _sites.Address, _sites.Float.GetType().Name, _reached > 0 ? _begun : []);
        return result;
    }

    /// <inheritdoc/>
    public void Dispose() => _current = _outer;

    /// <summary>
    /// A pass begins of a loop around other loops: how often they reach their places before it tells their passes
    /// apart.
    /// </summary>
    internal static void Begin(Sites sites)
    {
        if (Of(sites) is { } passes)
            passes._begun.Add(passes._reached);
    }

    /// <summary>How often a place was reached before in the call that runs now; 0 where nothing is counted.</summary>
    /// <param name="sites">The places of the twin.</param>
    /// <param name="place">The place.</param>
    /// <param name="isAlwaysReached">Whether every call reaches it equally often.</param>
    internal static int Next(Sites sites, IPlace place, bool isAlwaysReached)
    {
        if (Of(sites) is not { } passes)
            return 0;
        if (isAlwaysReached)
            passes._reached++;
        int before = passes._counts.GetValueOrDefault(place);
        passes._counts[place] = before + 1;
        return before;
    }

    private static Passes? Of(Sites sites)
    {
        Passes? passes = _current;
        while (passes is not null && passes._sites != sites)
            passes = passes._outer;
        return passes;
    }
}
