using QDrop.Quantizers;

namespace QDrop.CompilerServices;

/// <summary>
/// Tells apart the passes of a loop in which the model calls one unit several times, where one quantizer is for all
/// passes: to calibration, each pass is a unit with inputs of its own.
/// </summary>
internal sealed class UnitVisits
{
    private readonly Dictionary<Unit, int> _visits = [];
    private readonly Dictionary<Unit, List<Unit>> _repeated = [];

    /// <summary>A run of the model begins.</summary>
    public void Begin() => _visits.Clear();

    /// <summary>What stands for a unit that is called once more.</summary>
    /// <param name="unit">The unit.</param>
    /// <returns>The unit, or for a further call what is that unit there.</returns>
    public Unit Next(Unit unit)
    {
        int before = _visits.GetValueOrDefault(unit);
        _visits[unit] = before + 1;
        if (before == 0)
            return unit;
        // What one pass teaches need not be right for the others.
        foreach (ActivationQuantizer activation in unit.Activations)
            activation.IsShared = true;
        if (!_repeated.TryGetValue(unit, out List<Unit>? repeated))
            _repeated[unit] = repeated = [];
        if (repeated.Count < before)
            repeated.Add(unit.Again());
        return repeated[before - 1];
    }
}
