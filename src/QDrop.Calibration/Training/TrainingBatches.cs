using QDrop.Calibration.Inputs;
using QDrop.CompilerServices;
using QDrop.Native;
using static TorchSharp.torch;

namespace QDrop.Calibration.Training;

/// <summary>Batches of training data.</summary>
/// <param name="twin">The model's twin.</param>
/// <param name="set">The data.</param>
internal sealed class TrainingBatches(IModelTwin twin, TrainingSet set) : IDisposable
{
    private readonly CalibrationBatches _all = new(twin, set.Data.Inputs);
    private readonly Tensor _targets = (
        set.Data.Loss is null ? set.Data.Targets.to(ScalarType.Int64) : set.Data.Targets)
        .contiguous()
        .clone()
        .DetachFromDisposeScope();

    /// <summary>Number of samples.</summary>
    public long Count => _targets.shape[0];

    /// <summary>What the samples should give.</summary>
    public Tensor Targets => _targets;

    /// <summary>
    /// What a training that goes on must be on: inputs, targets, and whether they are changed and measured in ways of
    /// the caller's own, which cannot be told apart.
    /// </summary>
    public string Origin =>
        set.Hash + (set.Data.Augment is null ? "" : ", augmented") + (set.Data.Loss is null ? "" : ", own loss");

    /// <summary>
    /// Steps in an epoch. A single sample that is left over has no step of its own: batch norms need two.
    /// </summary>
    public int Steps(int batchSize) => (int)Math.Max(1, Count / batchSize + (Count % batchSize > 1 ? 1 : 0));

    /// <summary>Some samples, the first input augmented.</summary>
    /// <param name="rows">Which.</param>
    /// <param name="seed">Seed of the augmentation.</param>
    public (Bundle Inputs, Tensor Targets) Take(ReadOnlySpan<long> rows, long seed)
    {
        using IDisposable guard = no_grad();
        Tensor index = tensor(rows.ToArray());
        Tensor[] inputs = [.. _all.Inputs.Select(values => Rows(values, index))];
        if (set.Data.Augment is { } augment)
            inputs[0] = InOrderOf(UserFunction.Augment(augment, inputs[0], seed), inputs[0]);
        return (ModelInputs.Bind(twin, inputs), _targets.index_select(0, index));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _all.Dispose();
        _targets.Dispose();
    }

    /// <summary>Rows in the memory order of the whole, which <c>index_select</c> alone would not keep.</summary>
    private static Tensor Rows(Tensor values, Tensor index) => values.dim() == 4 && !values.is_contiguous()
        ? values.permute(0, 2, 3, 1).index_select(0, index).permute(0, 3, 1, 2)
        : values.index_select(0, index);

    private static Tensor InOrderOf(Tensor augmented, Tensor batch) =>
        DenseMemory.SameOrder(augmented, batch) ? augmented
        : batch.is_contiguous() ? augmented.contiguous()
        : MemoryFormat.Fastest(augmented);
}
