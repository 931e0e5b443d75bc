namespace QDrop.Reconstruction;

/// <summary>Tells how far a calibration is.</summary>
/// <param name="progress">Who is told; <see langword="null"/> for nobody.</param>
/// <param name="iterations">Iterations for each unit.</param>
internal sealed class CalibrationProgressReport(IProgress<CalibrationProgress>? progress, int iterations)
{
    /// <summary>Number of units; 0 before they are known.</summary>
    public int UnitCount { get; set; }

    /// <summary>A phase begins.</summary>
    public void Begin(string phase) => Tell(phase, null, 0, 0, 0);

    /// <summary>A unit begins.</summary>
    /// <param name="unit">Its name.</param>
    /// <param name="index">Its number, from 1.</param>
    public void Begin(string unit, int index) => Tell("reconstruct", unit, index, 0, 0);

    /// <summary>What tells how far a unit is.</summary>
    /// <param name="index">Its number, from 1.</param>
    public IProgress<UnitProgress> Of(int index) => new Relay(p => Tell("reconstruct", p.Name, index, p.Iteration, p.Loss));

    private void Tell(string phase, string? unit, int index, int iteration, double loss) =>
        progress?.Report(new CalibrationProgress(phase, unit, index, UnitCount, iteration, iterations, loss));

    private sealed class Relay(Action<UnitProgress> report) : IProgress<UnitProgress>
    {
        public void Report(UnitProgress value) => report(value);
    }
}
