using QDrop.Artifacts;

namespace QDrop.CompilerServices;

/// <summary>
/// How often loops reach the places of a model in one call: found in calibration, and the same in each call after it.
/// </summary>
/// <param name="manifest">
/// What calibration has found, in a program; <see langword="null"/> while a model is calibrated, and for a twin that is
/// not.
/// </param>
/// <param name="places">The addresses of the places.</param>
internal sealed class PassCounts(Manifest? manifest, PlaceTable places)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (string Name, PlaceContent Content, int Passes)> _found = [];
    private readonly SortedDictionary<string, IReadOnlyList<int>> _loops = new(StringComparer.Ordinal);
    private readonly HashSet<string> _names = [];
    private bool _areApart = manifest?.Settings.ActivationsPerPass ?? true;
    private bool _areFound;

    /// <summary>The places with quantizers that are reached more than once, and how often.</summary>
    public IReadOnlyDictionary<string, int> Repeated => _found.Values
        .Where(static f => f is { Content: PlaceContent.Quantizers, Passes: > 1 })
        .OrderBy(static f => f.Name, StringComparer.Ordinal)
        .ToDictionary(static f => f.Name, static f => f.Passes);

    /// <summary>
    /// For each twin with loops in loops, by its address: how often places in loops were reached before each pass of an
    /// outer one.
    /// </summary>
    public IReadOnlyDictionary<string, IReadOnlyList<int>>? Loops => _loops.Count == 0 ? null : _loops;

    /// <summary>A calibration begins: what is found in the first run of the model holds for the others.</summary>
    public void Find(QuantizationSettings settings) => (_areFound, _areApart) = (true, settings.ActivationsPerPass);

    /// <summary>
    /// A name for a place. A place of a module that is called twice is one in each call, which messages of a program do
    /// not tell apart.
    /// </summary>
    public string Name(string path)
    {
        if (places.IsKnown)
            return path;
        lock (_lock)
            return UniqueName.In(_names, path);
    }

    /// <summary>Whether what stands at a place is counted, and another in each pass.</summary>
    public bool AreCounted(PlaceContent content) => _areApart && content switch
    {
        PlaceContent.Functions => false,
        PlaceContent.Layers => manifest is null,
        _ => true,
    };

    /// <summary>Checks that a further pass is one of those that calibration has found.</summary>
    /// <param name="place">The place.</param>
    /// <param name="pass">The pass, from 0.</param>
    /// <exception cref="QDropException">It is not (QDROP236).</exception>
    public void CheckPass(CountedPlace place, int pass)
    {
        if (Expected(place) is { } expected && pass >= expected)
            throw Other(place.Name, expected, $"at least {pass + 1} times");
    }

    /// <summary>Checks a number of passes at the end of a call.</summary>
    /// <param name="place">The place.</param>
    /// <param name="content">What stands there.</param>
    /// <param name="passes">How often it was reached.</param>
    /// <exception cref="QDropException">It is another number than in calibration (QDROP236).</exception>
    public void Check(CountedPlace place, PlaceContent content, int passes)
    {
        if (Expected(place) is { } expected)
        {
            bool mayBeLeftOut = Math.Min(passes, expected) == 0 && expected <= 1
                && !(place.IsAlwaysReached && KnowsOnes);
            if (passes != expected && !mayBeLeftOut)
                throw Other(place.Name, expected, passes == 1 ? "once" : $"{passes} times");
        }
        else if (_areFound && (passes > 0 || place.IsAlwaysReached))
        {
            lock (_lock)
                _found[place.Address] = (place.Name, content, passes);
        }
    }

    /// <summary>Checks that a place which no call has reached yet is not one that calibration has.</summary>
    /// <param name="place">The place.</param>
    /// <param name="isOfModel">Whether it is in the code of the model itself, which is called once.</param>
    /// <exception cref="QDropException">Calibration has reached it in a loop (QDROP236).</exception>
    public void CheckNotReached(CountedPlace place, bool isOfModel)
    {
        if (!_areApart)
            return;
        if (manifest is null)
            Check(place, PlaceContent.Functions, 0);
        else if (places.IsKnown)
            Check(place, PlaceContent.Quantizers, 0);
        else if (isOfModel && manifest.Passes.TryGetValue(place.Name, out int expected))
            throw Other(place.Name, expected, "0 times");
    }

    /// <summary>Checks how loops in loops share their passes, at the end of a call.</summary>
    /// <param name="twin">The address of the twin.</param>
    /// <param name="name">The class of its module.</param>
    /// <param name="begun">How often places were reached before each pass of an outer loop.</param>
    /// <exception cref="QDropException">Otherwise than in calibration (QDROP236).</exception>
    public void CheckLoops(string twin, string name, IReadOnlyList<int> begun)
    {
        if (!_areApart)
            return;
        IReadOnlyList<int>? expected;
        if (manifest is not null)
        {
            expected = manifest.Loops?.GetValueOrDefault(twin);
        }
        else
        {
            lock (_lock)
            {
                if (!_loops.TryGetValue(twin, out expected) && _areFound && begun.Count > 0)
                    _loops.Add(twin, [.. begun]);
            }
        }
        if (expected?.SequenceEqual(begun) == false)
        {
            throw new QDropException(
                Codes.OtherPasses,
                $"The loops in forward of '{name}' have other passes than when the model was calibrated: "
                    + $"those around other loops have {begun.Count}, then {expected.Count}, or in one of their passes "
                    + "the inner loops have another number. A quantizer belongs to one pass of each. Expected the "
                    + "same numbers of passes in every call. Where they change, calibrate with ActivationsPerPass = "
                    + "false, which has one quantizer for all passes.");
        }
    }

    /// <summary>Whether it is known which places were reached once, and which were not.</summary>
    private bool KnowsOnes => manifest is null || places.IsKnown;

    private int? Expected(CountedPlace place)
    {
        if (manifest is not null)
            return places.IsKnown ? places.Passes(place.Address) : manifest.Passes.GetValueOrDefault(place.Name, 1);
        lock (_lock)
            return _found.TryGetValue(place.Address, out (string, PlaceContent, int Passes) found)
                ? found.Passes
                : null;
    }

    private static QDropException Other(string place, int expected, string found) =>
        new(
            Codes.OtherPasses,
            $"'{place}' is reached {found} in one call of forward, but was reached "
                + $"{(expected == 1 ? "once" : $"{expected} times")} when the model was calibrated, and has a "
                + "quantizer for each pass of the loop around it. Expected the same number of passes in every call. "
                + "Where it changes, as with the length of a sequence, calibrate with ActivationsPerPass = false, "
                + "which has one quantizer for all passes.");
}
