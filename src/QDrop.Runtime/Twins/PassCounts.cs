namespace QDrop.CompilerServices;

/// <summary>
/// How often loops reach the places of a model in one call: found in calibration, and the same in each call after it.
/// </summary>
/// <param name="known">
/// The places that were reached more than once in calibration, in a program; <see langword="null"/> while a model is
/// calibrated, and for a twin that is not.
/// </param>
internal sealed class PassCounts(IReadOnlyDictionary<string, int>? known)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (PlaceContent Content, int Passes)> _found = [];
    private readonly HashSet<string> _names = [];

    /// <summary>Whether a pass has quantizers of its own; else there is one for all passes.</summary>
    public bool AreApart { get; set; } = true;

    /// <summary>Whether the model is calibrated: what is found in its first run holds for the others.</summary>
    public bool AreFound { get; set; }

    /// <summary>The places with quantizers that are reached more than once, and how often.</summary>
    public IReadOnlyDictionary<string, int> Repeated => _found
        .Where(static f => f.Value is { Content: PlaceContent.Quantizers, Passes: > 1 })
        .OrderBy(static f => f.Key, StringComparer.Ordinal)
        .ToDictionary(static f => f.Key, static f => f.Value.Passes);

    /// <summary>A name for a place. A place of a module that is called twice is one in each call.</summary>
    public string Name(string path)
    {
        lock (_lock)
            return UniqueName.In(_names, path);
    }

    /// <summary>Whether what stands at a place is counted, and another in each pass.</summary>
    public bool AreCounted(PlaceContent content) => AreApart && content switch
    {
        PlaceContent.Functions => false,
        PlaceContent.Layers => known is null,
        _ => true,
    };

    /// <summary>Checks that a further pass is one of those that calibration has found.</summary>
    /// <param name="place">The place.</param>
    /// <param name="pass">The pass, from 0.</param>
    /// <exception cref="QDropException">It is not (QDROP236).</exception>
    public void CheckPass(string place, int pass)
    {
        if (Expected(place) is { } expected && pass >= expected)
            throw Other(place, expected, $"at least {pass + 1} times");
    }

    /// <summary>Checks a number of passes at the end of a call.</summary>
    /// <param name="place">The place.</param>
    /// <param name="content">What stands there.</param>
    /// <param name="passes">How often it was reached.</param>
    /// <exception cref="QDropException">It is another number than in calibration (QDROP236).</exception>
    public void Check(string place, PlaceContent content, int passes)
    {
        if (Expected(place) is { } expected)
        {
            // What no loop reaches may stand in a branch that is not taken.
            if (passes != expected && (passes > 0 || expected > 1))
                throw Other(place, expected, passes == 1 ? "once" : $"{passes} times");
        }
        else if (AreFound && passes > 0)
        {
            lock (_lock)
                _found[place] = (content, passes);
        }
    }

    /// <summary>Checks that a place which no call has reached yet is not one that calibration has.</summary>
    /// <exception cref="QDropException">Calibration has reached it in a loop (QDROP236).</exception>
    public void CheckNotReached(string path)
    {
        if (known?.TryGetValue(path, out int expected) == true)
            throw Other(path, expected, "0 times");
    }

    private int? Expected(string place)
    {
        if (known is not null)
            return known.GetValueOrDefault(place, 1);
        lock (_lock)
            return _found.TryGetValue(place, out (PlaceContent, int Passes) found) ? found.Passes : null;
    }

    private static QDropException Other(string place, int expected, string found) =>
        new(
            Codes.OtherPasses,
            $"'{place}' is reached {found} in one call of forward, but was reached "
                + $"{(expected == 1 ? "once" : $"{expected} times")} when the model was calibrated, and has a "
                + "quantizer for each pass of the loop around it. Expected the same number of passes in every call. Where it "
                + "changes, as with the length of a sequence, calibrate with ActivationsPerPass = false, which has one "
                + "quantizer for all passes.");
}
