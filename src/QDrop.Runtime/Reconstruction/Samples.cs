using QDrop.Modules;
using static TorchSharp.torch;

namespace QDrop.Reconstruction;

/// <summary>What goes into a unit, or comes out of it, on all calibration inputs: each tensor with its samples first.</summary>
/// <param name="structure">The structure in which the unit's code passes the tensors.</param>
/// <param name="layouts">How a batch of each tensor lies in the unit's code.</param>
/// <param name="values">Each tensor for all samples, <c>[samples, …]</c>; <c>[1, …]</c> where it is the same for all. They belong to this object.</param>
internal sealed class Samples(Bundle structure, IReadOnlyList<BatchLayout> layouts, Tensor[] values) : IDisposable
{
    /// <summary>How a batch of each tensor lies in the unit's code.</summary>
    public IReadOnlyList<BatchLayout> Layouts => layouts;

    /// <summary>Each tensor for all samples, <c>[samples, …]</c>; <c>[1, …]</c> where it is the same for all.</summary>
    public IReadOnlyList<Tensor> Values => values;

    /// <summary>Whether no tensor depends on the sample.</summary>
    public bool IsShared => layouts.All(static l => l.IsShared);

    /// <summary>Number of samples; 1 where no tensor depends on the sample.</summary>
    public long Count => layouts.Zip(values).Where(static p => !p.First.IsShared).Select(static p => p.Second.shape[0]).FirstOrDefault(1);

    /// <summary>One tensor whose first dimension counts samples.</summary>
    public static implicit operator Samples(Tensor values) => new(new([values]), [BatchLayout.First], [values]);

    /// <summary>Puts batches together.</summary>
    /// <param name="layouts">How a batch of each tensor lies.</param>
    /// <param name="batches">The batches, whose tensors may be disposed afterwards.</param>
    /// <exception cref="QDropException">The batches do not fit each other (QDROP232).</exception>
    public static Samples Of(IReadOnlyList<BatchLayout> layouts, IReadOnlyList<Bundle> batches)
    {
        Tensor[] values = [.. layouts.Select((layout, i) =>
        {
            using var scope = NewDisposeScope();
            Tensor[] parts = [.. (layout.IsShared ? batches.Take(1) : batches).Select(b => layout.SamplesFirst(b.Tensors[i]))];
            return (parts.Length == 1 ? parts[0].clone() : cat(parts)).MoveToOuterDisposeScope();
        })];
        return new(batches[0], layouts, values);
    }

    /// <summary>A batch of consecutive samples, as the unit's code takes it: copies, which it may change.</summary>
    public Bundle Slice(long start, long count) => With((i, value) => layouts[i].IsShared ? value.clone() : value.narrow(0, start, count).clone());

    /// <summary>A batch as the unit's code takes it.</summary>
    /// <param name="select">Gives the batch of each tensor, samples first.</param>
    public Bundle With(Func<int, Tensor, Tensor> select) => structure.With([.. values.Select((value, i) => layouts[i].Restore(select(i, value)))]);

    /// <summary>Frees the values. What is asked for afterwards is zeros of the same shape, which need no memory.</summary>
    public void Forget()
    {
        for (int i = 0; i < values.Length; i++)
        {
            using Tensor freed = values[i];
            using var scope = NewDisposeScope();
            values[i] = zeros([1], freed.dtype).expand(freed.shape).DetachFromDisposeScope();
        }
    }

    /// <summary>Makes the values live until they are disposed, whatever dispose scopes end.</summary>
    public Samples DetachFromDisposeScope()
    {
        foreach (Tensor value in values)
            value.DetachFromDisposeScope();
        return this;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor value in values)
            value.Dispose();
    }
}
