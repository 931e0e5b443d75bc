using QDrop.Calibration.Inputs;
using QDrop.Calibration.Learning;
using QDrop.CompilerServices;
using QDrop.Native;
using static TorchSharp.torch;

namespace QDrop.Calibration.Reconstruction;

/// <summary>
/// Batches of what goes into a unit. Each float tensor is mixed element by element from the quantized and the float
/// network; indices, masks and what is the same for all samples are those of the quantized network.
/// </summary>
internal sealed class UnitInputs : IDisposable
{
    private readonly Samples _quantized;
    private readonly InputMix?[] _mixes;
    private readonly List<Tensor> _reordered = [];

    /// <param name="quantized">The inputs in the quantized network.</param>
    /// <param name="float">The inputs in the float network.</param>
    /// <param name="batchSize">Samples in a batch.</param>
    /// <param name="keep">Probability that an element is the quantized network's.</param>
    /// <param name="draws">Where the choice comes from.</param>
    /// <param name="memory">Gives memory for copies in another order.</param>
    public UnitInputs(
        Samples quantized, Samples @float, int batchSize, double keep, DrawSource draws, ActivationMemory memory)
    {
        _quantized = quantized;
        BatchSize = quantized.IsShared ? 1 : batchSize;
        _mixes = [.. quantized.Values.Select((values, i) =>
        {
            if (quantized.Layouts[i].IsShared || values.dtype != ScalarType.Float32)
                return null;
            Tensor dense = DenseMemory.ToDense(values);
            return new InputMix(new(dense), new(InOrderOf(@float.Values[i], dense)), batchSize, keep, draws);
        })];

        Tensor InOrderOf(Tensor values, Tensor dense)
        {
            if (DenseMemory.SameOrder(values, dense))
                return values;
            _reordered.Add(memory.Reordered(values, dense.stride()));
            return _reordered[^1];
        }
    }

    /// <summary>Samples in a batch; 1 where no input depends on the sample.</summary>
    public int BatchSize { get; }

    /// <summary>Samples to choose from.</summary>
    public long Rows => _quantized.Count;

    /// <summary>The batch of the given samples. The next one reuses its memory.</summary>
    public Bundle Batch(long[] rows)
    {
        foreach (InputMix? mix in _mixes)
            mix?.Fill(rows);
        return _quantized.With((i, values) =>
        {
            if (_mixes[i] is { } mix)
                // The model's code may dispose its argument.
                return mix.Batch.alias();
            return _quantized.Layouts[i].IsShared ? values.clone() : values.index_select(0, tensor(rows));
        });
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (InputMix? mix in _mixes)
            mix?.Dispose();
        foreach (Tensor copy in _reordered)
            copy.Dispose();
    }
}
