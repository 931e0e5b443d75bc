namespace QDrop.Tests;

/// <summary>
/// A thread that does nothing but collect garbage: whatever nothing holds while native code uses it is freed at the wrong moment soon.
/// </summary>
internal sealed class Collector : IDisposable
{
    private readonly Thread _thread;
    private volatile bool _ends;

    public Collector()
    {
        _thread = new Thread(Collect) { IsBackground = true };
        _thread.Start();
    }

    /// <summary>Collections so far, each with the finalizers that it leads to.</summary>
    public long Collections { get; private set; }

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
            GC.Collect();
            GC.WaitForPendingFinalizers();
            Collections++;
        }
    }
}
