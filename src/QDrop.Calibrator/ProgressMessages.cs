using System.Diagnostics;
using QDrop.Calibration;
using QDrop.Protocol;

namespace QDrop.Calibrator;

/// <summary>
/// Tells the build how far reconstruction is: each unit and phase, and in between a few times a second.
/// </summary>
internal sealed class ProgressMessages(WorkerChannel channel, string model) : IProgress<CalibrationProgress>
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);
    private readonly Stopwatch _sinceLast = new();
    private (string Phase, int Unit) _last;

    /// <inheritdoc/>
    public void Report(CalibrationProgress value)
    {
        (string Phase, int UnitIndex) step = (value.Phase, value.UnitIndex);
        if (step == _last && _sinceLast.Elapsed < Interval)
            return;
        _last = step;
        _sinceLast.Restart();
        channel.Send(new WorkerMessage
        {
            Kind = MessageKind.Progress,
            Text = value.Describe(),
            Model = model,
            Phase = value.Phase,
            Unit = value.Unit,
            UnitIndex = value.UnitIndex,
            UnitCount = value.UnitCount,
            Iteration = value.Iteration,
            Iterations = value.Iterations,
            Loss = double.IsFinite(value.Loss) ? value.Loss : 0,
            ReconstructionLoss = value.Iteration == 0 ? null : value.ReconstructionLoss,
            RoundingLoss = value.Iteration == 0 ? null : value.RoundingLoss,
            Settled = value.Settled,
            SecondsLeft = value.TimeLeft?.TotalSeconds,
        });
    }
}
