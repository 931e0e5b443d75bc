using System.Diagnostics;
using QDrop.CompilerServices;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Calibration.Execution;

/// <summary>
/// Runs the units and frees what each of them has computed on the way, where many inputs are run: their activations are
/// observed, or whether the model takes them is seen.
/// </summary>
/// <param name="context">The twin's context.</param>
/// <param name="cancellation">Checked before each unit.</param>
/// <param name="sums">Is told what goes into each unit; <see langword="null"/> for nobody.</param>
internal sealed class ObservingExecutor(
    QuantizationContext context, CancellationToken cancellation, InputSums? sums = null) : UnitExecutor
{
    /// <summary>Seconds that each unit took, whenever it ran.</summary>
    public Dictionary<Unit, double> Seconds { get; } = [];

    /// <inheritdoc/>
    public override Bundle Run(Unit unit, Bundle inputs)
    {
        cancellation.ThrowIfCancellationRequested();
        context.Current = unit;
        sums?.Add(unit, inputs);
        long start = Stopwatch.GetTimestamp();
        try
        {
            using DisposeScope scope = NewDisposeScope();
            return unit.Compute(inputs).Select(static t => t.MoveToOuterDisposeScope());
        }
        finally
        {
            context.Current = null;
            Seconds[unit] = Seconds.GetValueOrDefault(unit) + Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
    }
}
