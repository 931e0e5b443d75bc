using QDrop.Calibration;

namespace QDrop.Tests;

/// <summary>
/// A thread that does nothing but collect garbage: whatever nothing holds while native code uses it is freed at the
/// wrong moment soon. It pauses until it is told, as the progress of a calibration, that the model has been discovered:
/// until then the float model runs, whose code is the user's, with the numbers that TorchSharp's operators make.
/// </summary>
internal sealed class Collector : IProgress<CalibrationProgress>, IDisposable
{
    private readonly Lock _collecting = new();
    private readonly Thread _thread;
    private volatile bool _ends, _pauses = true;

    public Collector()
    {
        _thread = new Thread(Collect) { IsBackground = true };
        _thread.Start();
    }

    /// <summary>Collections so far, each with the finalizers that it leads to.</summary>
    public long Collections { get; private set; }

    /// <summary>
    /// Collects nothing until a calibration has discovered its model. Returns when the last collection is done.
    /// </summary>
    public void Pause()
    {
        _pauses = true;
        lock (_collecting)
        {
        }
    }

    /// <inheritdoc/>
    public void Report(CalibrationProgress value)
    {
        if (value.Phase != "discover")
            _pauses = false;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ends = true;
        _thread.Join();
    }

    private void Collect()
    {
        while (!_ends)
        {
            if (_pauses)
                Thread.Sleep(1);
            lock (_collecting)
            {
                if (_pauses)
                    continue;
                // Only a collection during native code shows that something is freed too early: chance makes too few.
                GC.Collect();
                GC.WaitForPendingFinalizers();
                Collections++;
            }
        }
    }
}
