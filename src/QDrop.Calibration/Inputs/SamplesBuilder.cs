using QDrop.Calibration.Memory;
using QDrop.CompilerServices;
using QDrop.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Calibration.Inputs;

/// <summary>
/// Puts batches of what goes into a unit, or comes out of it, together in memory that is taken once. What is there
/// already, such as the outputs of the unit before, is not kept twice.
/// </summary>
/// <param name="layouts">How a batch of each tensor lies.</param>
/// <param name="count">Samples in all batches.</param>
/// <param name="known">
/// Tensors of all samples, <c>[samples, …]</c>, which outlive what is built: a tensor that turns out to be the same as
/// one of them is not copied.
/// </param>
internal sealed class SamplesBuilder(IReadOnlyList<BatchLayout> layouts, long count, params IReadOnlyList<Tensor> known)
    : IDisposable
{
    private readonly Tensor?[] _values = new Tensor?[layouts.Count];
    private readonly Tensor?[] _same = new Tensor?[layouts.Count];
    private Bundle? _structure;
    private long _filled;

    /// <summary>Gives memory for what is built.</summary>
    public ActivationMemory? Memory { get; init; }

    /// <summary>Adds the next batch, whose tensors may be disposed afterwards.</summary>
    /// <param name="batch">The batch, as the unit's code has it.</param>
    /// <param name="samples">Samples in it.</param>
    /// <exception cref="QDropException">It does not fit the batches before it (QDROP232).</exception>
    public void Add(Bundle batch, long samples)
    {
        using IDisposable guard = no_grad();
        using DisposeScope scope = NewDisposeScope();
        for (int i = 0; i < layouts.Count; i++)
        {
            Tensor part = layouts[i].SamplesFirst(batch.Tensors[i].detach());
            if (layouts[i].IsShared)
                _values[i] ??= part.clone().DetachFromDisposeScope();
            else
                Add(i, part);
        }
        _structure ??= batch;
        _filled += samples;
    }

    /// <summary>All batches. What was built belongs to the result from now on.</summary>
    public Samples Build()
    {
        var all = new Samples(
            _structure!,
            layouts,
            [.. _values.Select((v, i) => v ?? _same[i]!)],
            [.. _values.Select(static v => v is not null)]);
        Array.Clear(_values);
        return all;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor? value in _values)
            value?.Dispose();
    }

    private void Add(int i, Tensor part)
    {
        if (_filled == 0)
            _same[i] = known.FirstOrDefault(k => Continues(k, part));
        if (_same[i] is { } same)
        {
            if (Continues(same, part))
                return;
            CheckRows(same, part);
            _values[i] = Empty(part);
            using Tensor source = same.narrow(0, 0, _filled);
            ActivationMemory.Copy(source, _values[i]!, 0);
            _same[i] = null;
        }
        Tensor all = _values[i] ??= Empty(part);
        CheckRows(all, part);
        all.narrow(0, _filled, part.shape[0]).copy_(part);
        MappedPages.Passed(part.numel() * part.element_size());
    }

    private void CheckRows(Tensor whole, Tensor part)
    {
        if (SameRows(whole, part))
            return;
        throw new QDropException(
            Codes.UnsupportedModule,
            $"Samples have shape [{string.Join(", ", whole.shape[1..])}] in one batch of calibration inputs and "
                + $"[{string.Join(", ", part.shape[1..])}] in another. "
                + "Expected the same in every batch: what a unit is given must not depend on the values of the inputs."
        );
    }

    /// <summary>Whether the batch is what the tensor has in its place.</summary>
    private bool Continues(Tensor whole, Tensor part)
    {
        if (!SameRows(whole, part))
            return false;
        MappedPages.Passed(part.numel() * part.element_size());
        return AreSame(whole.narrow(0, _filled, part.shape[0]), part);
    }

    /// <summary>Whether all elements are equal, with few of them compared at once.</summary>
    private static bool AreSame(Tensor one, Tensor other)
    {
        for (long row = 0; row < one.shape[0]; row++)
        {
            using DisposeScope scope = NewDisposeScope();
            if (!one.narrow(0, row, 1).allclose(other.narrow(0, row, 1), rtol: 0, atol: 0))
                return false;
        }
        return true;
    }

    private bool SameRows(Tensor whole, Tensor part) =>
        whole.dtype == part.dtype
        && whole.shape[0] >= _filled + part.shape[0]
        && whole.shape.AsSpan(1).SequenceEqual(part.shape.AsSpan(1));

    /// <summary>Memory for all samples, in the order of the first batch.</summary>
    private Tensor Empty(Tensor part)
    {
        long[] shape = part.shape;
        shape[0] = count;
        long[] stride = shape
            .Select((_, d) => shape.Skip(d + 1).Aggregate(1L, static (product, size) => product * size))
            .ToArray();
        if (!part.is_contiguous() && DenseMemory.IsDense(part))
            part.stride().AsSpan(1).CopyTo(stride.AsSpan(1));
        return Memory?.Empty(shape, stride, part.dtype)
            ?? empty_strided(shape, stride, part.dtype).DetachFromDisposeScope();
    }
}
