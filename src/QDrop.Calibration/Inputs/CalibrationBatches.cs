using QDrop.CompilerServices;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Calibration.Inputs;

/// <summary>The calibration inputs, in the memory order in which they are computed fastest, and in batches.</summary>
internal sealed class CalibrationBatches : IDisposable
{
    /// <summary>Inputs that are run through the model at once.</summary>
    private const int BatchSize = 64;

    private readonly IModelTwin _twin;
    private readonly List<CalibrationBatch> _made = [];

    /// <param name="twin">The model's twin, which knows what <c>forward</c> takes.</param>
    /// <param name="inputs">A tensor <c>[samples, …]</c> for each input.</param>
    /// <exception cref="QDropException">There are more or fewer than <c>forward</c> takes (QDROP222).</exception>
    public CalibrationBatches(IModelTwin twin, IReadOnlyList<Tensor> inputs)
    {
        using IDisposable guard = no_grad();
        _twin = twin;
        Inputs = [.. inputs.Select(static i => MemoryFormat.Fastest(i).DetachFromDisposeScope())];
        if (!ModelTakesThem())
        {
            Dispose();
            Inputs = [.. inputs.Select(static i => i.contiguous().DetachFromDisposeScope())];
        }
        All =
        [
            .. Enumerable
                .Range(0, (int)((SampleCount + BatchSize - 1) / BatchSize))
                .Select(k => Batch((long)k * BatchSize, BatchSize)),
        ];
    }

    /// <summary>A tensor <c>[samples, …]</c> for each input.</summary>
    public IReadOnlyList<Tensor> Inputs { get; }

    /// <summary>All of them, in order.</summary>
    public IReadOnlyList<CalibrationBatch> All { get; }

    private long SampleCount => Inputs[0].shape[0];

    /// <summary>The first inputs, as arguments of <c>forward</c>.</summary>
    public Bundle First(long count) => Batch(0, count).Inputs;

    /// <summary>Some of the inputs, as arguments of <c>forward</c>.</summary>
    public Bundle Part(long start, long count) => Batch(start, count).Inputs;

    /// <summary>A batch of a certain size even where there are fewer samples.</summary>
    public Bundle Repeated(int count)
    {
        if (SampleCount >= count)
            return First(count);
        using Tensor rows = tensor([.. Enumerable.Range(0, count).Select(k => k % SampleCount)]);
        return ModelInputs.Bind(_twin, [.. Inputs.Select(i => i.index_select(0, rows))]);
    }

    /// <summary>Some of the inputs, fewer where there are no more.</summary>
    public CalibrationBatch Batch(long start, long count)
    {
        count = Math.Min(count, SampleCount - start);
        var batch = new CalibrationBatch(
            ModelInputs.Bind(_twin, [.. Inputs.Select(i => i.narrow(0, start, count).DetachFromDisposeScope())]),
            start,
            count);
        _made.Add(batch);
        return batch;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor part in _made.SelectMany(static b => b.Inputs.Tensors).Concat(Inputs))
            part.Dispose();
    }

    /// <summary>
    /// Whether the model runs on inputs in this memory order: a <c>view</c> in its <c>forward</c> may want rows.
    /// </summary>
    private bool ModelTakesThem()
    {
        using DisposeScope scope = NewDisposeScope();
        try
        {
            _twin.RunFloat(ModelInputs.Bind(_twin, [.. Inputs.Select(static i => i.narrow(0, 0, 1).clone())]));
            return true;
        }
        catch (Exception error) when (error is not QDropException)
        {
            // If the reason is another one, the first run says so.
            return false;
        }
    }
}

/// <summary>Some of the calibration inputs.</summary>
/// <param name="Inputs">Arguments of the model's <c>forward</c>.</param>
/// <param name="Start">Number of the first sample.</param>
/// <param name="Count">Number of samples.</param>
internal sealed record CalibrationBatch(Bundle Inputs, long Start, long Count);
