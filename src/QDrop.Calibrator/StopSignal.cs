using System.Diagnostics;

namespace QDrop.Calibrator;

/// <summary>
/// Says when the worker shall stop: when the build closes its input, or when the build's process is gone.
/// </summary>
internal sealed class StopSignal : IDisposable
{
    /// <summary>How long the worker may take to stop by itself; then it ends where it is.</summary>
    private static readonly TimeSpan TimeToStop = TimeSpan.FromSeconds(8);

    private readonly CancellationTokenSource _source = new();
    private readonly int _exitCode;

    /// <param name="channel">Its input ends when the worker shall stop.</param>
    /// <param name="buildProcess">Process id of the build.</param>
    /// <param name="exitCode">The exit status where the worker does not stop by itself.</param>
    internal StopSignal(WorkerChannel channel, int buildProcess, int exitCode)
    {
        _exitCode = exitCode;
        Watch("build's messages", () =>
        {
            while (channel.ReadLine() is not null)
            {
                // Nothing is said after the request.
            }
        });

        // On Windows another process that the build started may hold the pipe open.
        Watch(
            "build's process",
            () =>
            {
                try
                {
                    using var build = Process.GetProcessById(buildProcess);
                    build.WaitForExit();
                }
                catch (Exception e)
                    when (e is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
                {
                    // It is gone already.
                }
            });
    }

    internal CancellationToken Token => _source.Token;

    public void Dispose() => _source.Dispose();

    private void Watch(string what, Action waitForEnd)
    {
        var thread = new Thread(() =>
        {
            waitForEnd();
            try
            {
                _source.Cancel();
            }
            catch (ObjectDisposedException)
            {
                return;
            }

            Thread.Sleep(TimeToStop);
            Environment.Exit(_exitCode);
        })
        {
            IsBackground = true,
            Name = "QDrop: " + what,
        };
        thread.Start();
    }
}
