using System.Diagnostics;

namespace QDrop.Calibration.Execution;

/// <summary>Tells how far a calibration is, and how long it will take.</summary>
/// <param name="progress">Who is told; <see langword="null"/> for nobody.</param>
/// <param name="iterations">Iterations for each unit that is learned.</param>
internal sealed class CalibrationProgressReport(IProgress<CalibrationProgress>? progress, int iterations)
{
    private readonly Stopwatch _unit = new();
    private TimeEstimate? _estimate;
    private (double Learning, int Iterations) _learned;
    private int _count;

    /// <summary>Takes what is known of the units: the cost of each, above 0, and whether it is learned.</summary>
    public void Expect(IReadOnlyList<(double Cost, bool Learns)> units)
    {
        _count = units.Count;
        _estimate = new TimeEstimate(units, iterations);
    }

    /// <summary>A phase begins.</summary>
    public void Begin(string phase) =>
        progress?.Report(new CalibrationProgress(phase, null, 0, _count, 0, iterations, 0));

    /// <summary>A unit begins.</summary>
    /// <param name="unit">Its name.</param>
    /// <param name="index">Its number, from 1.</param>
    public void Begin(string unit, int index)
    {
        _unit.Restart();
        _learned = default;
        progress?.Report(
            new CalibrationProgress("reconstruct", unit, index, _count, 0, iterations, 0)
            {
                TimeLeft = _estimate?.Left(index - 1),
            });
    }

    /// <summary>A phase comes to a layer.</summary>
    /// <param name="phase">The phase.</param>
    /// <param name="layer">The layer's name.</param>
    /// <param name="index">Its number, from 1.</param>
    /// <param name="count">Number of layers.</param>
    public void Begin(string phase, string layer, int index, int count) =>
        progress?.Report(new CalibrationProgress(phase, layer, index, count, 0, 0, 0));

    /// <summary>A unit is done, and was not taken from a checkpoint.</summary>
    /// <param name="index">Its number, from 1.</param>
    public void End(int index) => Measured(index);

    /// <summary>What tells how far a unit is; <see langword="null"/> where nobody listens.</summary>
    /// <param name="index">Its number, from 1.</param>
    public IProgress<UnitProgress>? Of(int index) =>
        progress is null
            ? null
            : new Relay(p =>
            {
                _learned = (p.Elapsed.TotalSeconds, p.Iteration);
                Measured(index);
                progress.Report(
                    new CalibrationProgress(
                        "reconstruct",
                        p.Name,
                        index,
                        _count,
                        p.Iteration,
                        p.Iterations,
                        p.Loss,
                        p.ReconstructionLoss,
                        p.RoundingLoss,
                        p.Settled,
                        _estimate?.Left(index - 1)));
            });

    private void Measured(int index) =>
        _estimate?.Measured(
            index - 1,
            Math.Max(0, _unit.Elapsed.TotalSeconds - _learned.Learning),
            _learned.Learning,
            _learned.Iterations);

    private sealed class Relay(Action<UnitProgress> report) : IProgress<UnitProgress>
    {
        public void Report(UnitProgress value) => report(value);
    }
}
