namespace QDrop.Calibration.Execution;

/// <summary>
/// Estimates how long reconstruction goes on. Units differ in size, so a unit's cost is what the float unit took to run
/// on all calibration inputs. What has been measured says how long an iteration takes for each unit of cost, and how
/// long what is around the iterations does.
/// </summary>
/// <param name="units">The cost of each unit, above 0, and whether it is learned.</param>
/// <param name="iterations">Iterations of a unit that is learned.</param>
internal sealed class TimeEstimate(IReadOnlyList<(double Cost, bool Learns)> units, int iterations)
{
    private readonly Dictionary<int, (double Around, double Learning, int Iterations)> _measured = [];

    /// <summary>Takes what has been measured of a unit so far, in place of what was before.</summary>
    /// <param name="unit">The unit's number, from 0.</param>
    /// <param name="around">Seconds outside of its iterations.</param>
    /// <param name="learning">Seconds of its iterations.</param>
    /// <param name="done">Iterations done.</param>
    public void Measured(int unit, double around, double learning, int done) =>
        _measured[unit] = (around, learning, done);

    /// <summary>How long it takes until all units are done.</summary>
    /// <param name="unit">The unit, from 0, that is being reconstructed.</param>
    /// <returns>The time; <see langword="null"/> where no iteration has been measured yet.</returns>
    public TimeSpan? Left(int unit)
    {
        double learned = _measured.Sum(m => units[m.Key].Cost * m.Value.Iterations);
        if (learned <= 0)
            return null;
        double perIteration = _measured.Values.Sum(static m => m.Learning) / learned;
        double around = _measured.Values.Sum(static m => m.Around) / _measured.Keys.Sum(k => units[k].Cost);
        int done = _measured.TryGetValue(unit, out (double Around, double Learning, int Iterations) now)
            ? now.Iterations
            : 0;
        double left = units[unit].Learns ? perIteration * units[unit].Cost * (iterations - done) : 0;
        foreach ((double cost, bool learns) in units.Skip(unit + 1))
            left += cost * (around + (learns ? perIteration * iterations : 0));
        return TimeSpan.FromSeconds(Math.Min(left, TimeSpan.FromDays(1000).TotalSeconds));
    }
}
