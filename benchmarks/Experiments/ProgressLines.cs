using System.Diagnostics;
using QDrop.Calibration;

namespace Experiments;

/// <summary>
/// Writes the progress of a calibration: on a terminal into one line that changes, elsewhere a line for each unit and
/// every ten seconds.
/// </summary>
/// <param name="output">The writer of the progress; results go elsewhere.</param>
/// <param name="isTerminal">Whether a line can be overwritten.</param>
internal sealed class ProgressLines(TextWriter output, bool isTerminal) : IProgress<CalibrationProgress>, IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly Stopwatch _sinceLast = new();
    private (string Phase, int Unit) _last;
    private int _length;

    /// <summary>Opens standard error, so that results can be redirected.</summary>
    public static ProgressLines Open() => new(Console.Error, !Console.IsErrorRedirected);

    /// <inheritdoc/>
    public void Report(CalibrationProgress value)
    {
        (string Phase, int UnitIndex) step = (value.Phase, value.UnitIndex);
        if (!isTerminal && step == _last && _sinceLast.Elapsed < Interval)
            return;
        _last = step;
        _sinceLast.Restart();
        string text = value.Describe();
        if (!isTerminal)
        {
            output.WriteLine(text);
            return;
        }
        // The padding overwrites the rest of a longer line.
        output.Write($"\r{text.PadRight(_length)}");
        _length = text.Length;
    }

    /// <summary>Ends the line.</summary>
    public void Dispose()
    {
        if (_length > 0)
            output.WriteLine();
    }
}
