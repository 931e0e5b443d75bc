using System.Collections.Concurrent;
using QDrop.Artifacts;

namespace QDrop.CompilerServices;

/// <summary>
/// Which place of a model's code has which activation quantizers. Names are given in the order in which calibration
/// first reaches the places; a program, whose first call may take another way, finds them by the place's address.
/// </summary>
/// <param name="manifest">
/// What calibration has found, in a program; <see langword="null"/> while a model is calibrated, and for a twin that is
/// not.
/// </param>
internal sealed class PlaceTable(Manifest? manifest)
{
    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<string, int> _passes = [];
    private readonly HashSet<string> _names = [];
    private readonly Dictionary<string, string> _askedAt = [];
    private readonly Dictionary<string, PlaceAddress> _made = [];
    private readonly List<IPlace> _places = [];
    private bool _isNeeded;

    /// <summary>
    /// Whether places are found by their addresses: not in a model that has one name for each place and a call of which
    /// reaches them all, nor in one that was calibrated by a version of QDrop without addresses.
    /// </summary>
    public bool IsKnown => manifest?.Places is not null;

    /// <summary>A place of a twin.</summary>
    /// <param name="place">The place.</param>
    /// <param name="isCertain">
    /// Whether every call reaches it once, as far as is known before a call: no loop is around it, and what stands
    /// there does not depend on the call.
    /// </param>
    public void Add(IPlace place, bool isCertain)
    {
        lock (_lock)
        {
            _places.Add(place);
            _isNeeded |= !isCertain;
        }
    }

    /// <summary>A place has what needs quantizers.</summary>
    public void Made(PlaceAddress place)
    {
        lock (_lock)
            _made[place.Text] = place;
    }

    /// <summary>How often calibration has reached a place with quantizers in one call.</summary>
    public int Passes(string place) => _passes.GetOrAdd(place, address =>
    {
        int passes = 0;
        while (manifest!.Places!.ContainsKey(PlaceAddress.Of(address, passes)))
            passes++;
        return passes;
    });

    /// <summary>The name of an activation quantizer that is made now.</summary>
    /// <param name="name">What it is named after.</param>
    /// <param name="index">Which it is of its place; <see langword="null"/> for the next one.</param>
    /// <param name="missing">
    /// The error to report if the quantizer is needed, where the model does not have it: calibration has not reached
    /// the place, or no floating point value there (QDROP236, QDROP253).
    /// </param>
    /// <returns>The name, or <see langword="null"/> where the model does not have it.</returns>
    public string? Name(string name, int? index, out Func<QDropException>? missing)
    {
        missing = null;
        PlaceAddress? place = PlaceAddress.Current;
        if (place is not null && manifest?.Places is { } known)
        {
            int at = index ?? place.Next();
            if (!known.TryGetValue(place.Text, out IReadOnlyList<string>? names))
                missing = () => NotReached(place, $"activation quantizer '{name}'");
            else if (at < names.Count && names[at].Length > 0)
                return names[at];
            else
                missing = () => NotQuantized(place, name);
            return null;
        }
        lock (_lock)
        {
            string unique = UniqueName.In(_names, name);
            if (place is null)
                return unique;
            // One name at two places is two quantizers.
            _isNeeded |= !_askedAt.TryAdd(name, place.Text) && _askedAt[name] != place.Text;
            int at = index ?? place.Next();
            while (place.Activations.Count <= at)
                place.Activations.Add("");
            place.Activations[at] = unique;
            return unique;
        }
    }

    /// <summary>
    /// What a program is told where a layer is missing because calibration has not reached the place that is made now.
    /// </summary>
    /// <returns>The error; <see langword="null"/> where it has another reason.</returns>
    public QDropException? NotReached(string layer) =>
        PlaceAddress.Current is { } place && manifest?.Places?.ContainsKey(place.Text) == false
            ? NotReached(place, $"layer '{layer}'")
            : null;

    /// <summary>
    /// The names of the activation quantizers at each address where there are any, or modules that may have some;
    /// <see langword="null"/> where every call reaches every place once, so that a name has one place.
    /// </summary>
    /// <param name="isUsed">
    /// Whether a quantizer is one of the model's: those of values that nothing gave are not.
    /// </param>
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Found(Predicate<string> isUsed)
    {
        lock (_lock)
        {
            return _isNeeded || _places.Any(static p => p.IsMissed)
                ? _made
                    .OrderBy(static m => m.Key, StringComparer.Ordinal)
                    .ToDictionary(
                        static m => m.Key,
                        m => (IReadOnlyList<string>)[.. m.Value.Activations.Select(n => isUsed(n) ? n : "")])
                : null;
        }
    }

    private static QDropException NotQuantized(PlaceAddress place, string name) =>
        new(
            Codes.OtherModel,
            $"'{place.Path}' has a floating point value in a call of forward, but had none when the model was "
                + $"calibrated, so that the quantized model has no activation quantizer '{name}' for it. Expected "
                + "inputs of the element types that the calibration inputs have, and the same branches.");

    private QDropException NotReached(PlaceAddress place, string what)
    {
        string reached = $"'{place.Path}' is reached in a call of forward, but was not when the model was calibrated, "
            + $"so that the quantized model has no {what} for it. ";
        return !place.IsInLoop
            ? new(
                Codes.OtherModel,
                reached + "Expected calls that reach no other places than those of calibration: calibrate with inputs "
                    + "for which forward takes the same branches.")
            : new(
                Codes.OtherPasses,
                reached + (manifest!.Settings.ActivationsPerPass
                    ? "Expected the same number of passes of the loop around it in every call. Where it changes, as "
                        + "with the length of a sequence, calibrate with ActivationsPerPass = false, which has one "
                        + "quantizer for all passes, and with inputs for which the loop runs at least once."
                    : "Any number of passes can run if calibration has reached every place in the loop: calibrate "
                        + "with inputs for which it runs at least once."));
    }
}
