using QDrop.Calibration.Inputs;
using QDrop.CompilerServices;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Calibration.Execution;

/// <summary>
/// Compares what the twin gives at its end, on the first calibration inputs and in the batches that fit, with what it
/// gave before.
/// </summary>
internal sealed class EndComparison : IDisposable
{
    private readonly CalibrationContext _calibration;
    private readonly CalibrationBatch[] _batches;
    private readonly Tensor[][] _expected;

    /// <summary>Runs the twin as it stands: that is what is expected.</summary>
    /// <param name="calibration">What the phases of the calibration share.</param>
    /// <param name="samples">How many inputs, fewer where there are no more.</param>
    /// <param name="executor">Runs the units.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public EndComparison(CalibrationContext calibration, int samples, PrefixExecutor executor)
    {
        using IDisposable guard = no_grad();
        _calibration = calibration;
        _batches = [.. calibration.Batches.Parts(0, samples, calibration.Plan.Samples)];
        _expected = new Tensor[_batches.Length][];
        Run(executor, (i, found) => _expected[i] = [.. found.Tensors.Select(calibration.Memory.Keep)]);
    }

    /// <summary>Inputs on which the twin runs.</summary>
    public int Samples => (int)_batches.Sum(static b => b.Count);

    /// <summary>How many batches they are.</summary>
    public int Count => _batches.Length;

    /// <summary>Runs the twin, and says how far what it gives is from what is expected.</summary>
    /// <param name="executor">Runs the units.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public Sqnr Compare(PrefixExecutor executor)
    {
        var ratio = new Sqnr();
        Run(executor, (i, found) => ratio.Add(_expected[i], found.Tensors));
        return ratio;
    }

    /// <summary>Runs the twin on all batches.</summary>
    /// <param name="executor">Runs the units.</param>
    /// <param name="each">Gets the number of each batch and what it gave, which is disposed afterwards.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public void Run(PrefixExecutor executor, Action<int, Bundle> each)
    {
        using IDisposable guard = no_grad();
        for (int i = 0; i < _batches.Length; i++)
        {
            _calibration.Cancellation.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            executor.Start = _batches[i].Start;
            each(i, _calibration.Runner.Run(_batches[i].Inputs, executor));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor output in _expected.SelectMany(static e => e ?? []))
            output.Dispose();
    }
}
