using QDrop.CompilerServices;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Calibration.Inputs;

/// <summary>The calibration inputs, in the memory order in which they are computed fastest, and in batches.</summary>
internal sealed class CalibrationBatches : IDisposable
{
    /// <summary>Inputs that are run through the model at once, where they are small.</summary>
    public const int MaxBatchSize = 64;

    private readonly IModelTwin _twin;
    private readonly List<CalibrationBatch> _made = [];
    private int _batchSize = MaxBatchSize;
    private IReadOnlyList<CalibrationBatch>? _all;

    /// <param name="twin">The model's twin, which knows what <c>forward</c> takes.</param>
    /// <param name="inputs">A tensor <c>[samples, …]</c> for each input.</param>
    /// <param name="memory">
    /// Gives memory for copies in another order; <see langword="null"/> for as much as they need.
    /// </param>
    /// <exception cref="QDropException">There are more or fewer than <c>forward</c> takes (QDROP222).</exception>
    public CalibrationBatches(IModelTwin twin, IReadOnlyList<Tensor> inputs, ActivationMemory? memory = null)
    {
        using IDisposable guard = no_grad();
        _twin = twin;
        Inputs = [.. inputs.Select(i => MemoryFormat.Fastest(i, memory).DetachFromDisposeScope())];
        if (!ModelTakesThem())
        {
            Dispose();
            Inputs = [.. inputs.Select(static i => i.contiguous().DetachFromDisposeScope())];
        }
    }

    /// <summary>A tensor <c>[samples, …]</c> for each input.</summary>
    public IReadOnlyList<Tensor> Inputs { get; }

    /// <summary>Inputs that are run through the model at once.</summary>
    public int BatchSize
    {
        get => _batchSize;
        set => (_batchSize, _all) = (value, null);
    }

    /// <summary>All of them, in order.</summary>
    public IReadOnlyList<CalibrationBatch> All => _all ??= [.. Parts(0, SampleCount, BatchSize)];

    private long SampleCount => Inputs[0].shape[0];

    /// <summary>The first inputs, as arguments of <c>forward</c>.</summary>
    public Bundle First(long count) => Batch(0, count).Inputs;

    /// <summary>Some of the inputs, as arguments of <c>forward</c>.</summary>
    public Bundle Part(long start, long count) => Batch(start, count).Inputs;

    /// <summary>
    /// Inputs from all over the set, as arguments of <c>forward</c>, in such an order that a batch of one more ends
    /// with those of the smaller one. Where there are fewer, they are repeated.
    /// </summary>
    /// <param name="count">How many.</param>
    /// <param name="first">With which of the inputs they begin to be counted.</param>
    public Bundle Spread(int count, int first = 0)
    {
        // Fractions of the set that are apart from each other, and hardly where its parts begin.
        const double Golden = 0.6180339887498949;
        using Tensor rows = tensor(
            [.. Enumerable.Range(0, count).Reverse().Select(k => (long)((first + k) * Golden % 1 * SampleCount))]);
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

    /// <summary>Some of the inputs in batches.</summary>
    /// <param name="start">The first of them.</param>
    /// <param name="count">How many, fewer where there are no more.</param>
    /// <param name="size">
    /// Inputs in a batch, fewer in the last; in the last two where one alone would be left, which code that drops
    /// dimensions of size 1 takes for none.
    /// </param>
    public IEnumerable<CalibrationBatch> Parts(long start, long count, long size)
    {
        long end = start + Math.Min(count, SampleCount - start);
        while (start < end)
        {
            long left = end - start, taken = left == size + 1 && size > 2 ? size - 1 : Math.Min(size, left);
            yield return Batch(start, taken);
            start += taken;
        }
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
