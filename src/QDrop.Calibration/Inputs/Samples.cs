using QDrop.Calibration.Memory;
using QDrop.CompilerServices;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Calibration.Inputs;

/// <summary>
/// What goes into a unit, or comes out of it, on all calibration inputs: each tensor with its samples first.
/// </summary>
/// <param name="structure">The structure in which the unit's code passes the tensors.</param>
/// <param name="layouts">How a batch of each tensor lies in the unit's code.</param>
/// <param name="values">
/// Each tensor for all samples, <c>[samples, …]</c>; <c>[1, …]</c> where it is the same for all.
/// </param>
/// <param name="owned">Which of them belong to this object.</param>
internal sealed class Samples(Bundle structure, IReadOnlyList<BatchLayout> layouts, Tensor[] values, bool[] owned)
    : IDisposable
{
    private bool _forgotten;

    /// <summary>How a batch of each tensor lies in the unit's code.</summary>
    public IReadOnlyList<BatchLayout> Layouts => layouts;

    /// <summary>Each tensor for all samples, <c>[samples, …]</c>; <c>[1, …]</c> where it is the same for all.</summary>
    public IReadOnlyList<Tensor> Values => values;

    /// <summary>Whether no tensor depends on the sample.</summary>
    public bool IsShared => layouts.All(static l => l.IsShared);

    /// <summary>Number of samples; 1 where no tensor depends on the sample.</summary>
    public long Count =>
        layouts
            .Zip(values)
            .Where(static p => !p.First.IsShared)
            .Select(static p => p.Second.shape[0])
            .FirstOrDefault(1);

    /// <summary>One tensor whose first dimension counts samples.</summary>
    public static implicit operator Samples(Tensor values) => new(new([values]), [BatchLayout.First], [values], [true]);

    /// <summary>The tensors that are there for all samples, and not freed.</summary>
    public IEnumerable<Tensor> Kept => _forgotten ? [] : values.Where((_, i) => !layouts[i].IsShared);

    /// <summary>A batch of consecutive samples, as the unit's code takes it: copies, which it may change.</summary>
    public Bundle Slice(long start, long count) =>
        With((i, value) =>
        {
            if (layouts[i].IsShared)
                return value.clone();
            Tensor slice = value.narrow(0, start, count).clone();
            MappedPages.Passed(slice.numel() * slice.element_size());
            return slice;
        });

    /// <summary>A batch as the unit's code takes it.</summary>
    /// <param name="select">Gives the batch of each tensor, samples first.</param>
    public Bundle With(Func<int, Tensor, Tensor> select) =>
        structure.With([.. values.Select((value, i) => layouts[i].Restore(select(i, value)))]);

    /// <summary>
    /// Frees the values. What is asked for afterwards is zeros of the same shape, which need no memory.
    /// </summary>
    public void Forget()
    {
        if (_forgotten)
            return;
        _forgotten = true;
        for (int i = 0; i < values.Length; i++)
        {
            using Tensor freed = values[i];
            using DisposeScope scope = NewDisposeScope();
            values[i] = zeros([1], freed.dtype).expand(freed.shape).DetachFromDisposeScope();
        }
    }

    /// <summary>Makes the values live until they are disposed, whatever dispose scopes end.</summary>
    public Samples DetachFromDisposeScope()
    {
        foreach (Tensor value in Owned)
            value.DetachFromDisposeScope();
        return this;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor value in Owned)
            value.Dispose();
    }

    private IEnumerable<Tensor> Owned => values.Where((_, i) => owned[i]);
}
