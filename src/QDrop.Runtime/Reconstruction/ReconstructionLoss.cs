using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using QDrop.Quantizers;
using static TorchSharp.torch;

namespace QDrop.Reconstruction;

/// <summary>
/// The reconstruction loss of a unit, the mean over batch and positions of the squared error summed over channels, and its gradient, in
/// one pass over the output and the cached rows of the target.
/// </summary>
/// <param name="target">The float unit's outputs on all inputs, <c>[N, …]</c>, dense.</param>
/// <param name="channelAxis">The dimension that counts channels.</param>
internal sealed unsafe class ReconstructionLoss(Tensor target, int channelAxis) : IDisposable
{
    private RowStore _target = new(target);
    private Tensor? _reordered;

    /// <summary>Loss and gradient of a batch.</summary>
    /// <param name="output">The quantized unit's output on the batch.</param>
    /// <param name="rows">Which rows of the target belong to it.</param>
    /// <returns>The loss, and its gradient in the memory order of the output.</returns>
    /// <exception cref="InvalidOperationException">The output has another shape than the target.</exception>
    public (double Loss, Tensor Gradient) Evaluate(Tensor output, long[] rows)
    {
        using var detached = output.detach();
        var dense = DenseMemory.ToDense(detached);
        CheckShape(dense, rows.Length);
        if (!DenseMemory.SameOrder(dense, _target.Tensor))
            Reorder(dense);
        var gradient = DenseMemory.EmptyLike(dense);
        float* from = DenseMemory.Floats(dense), to = DenseMemory.Floats(gradient);
        var total = dense.NumberOfElements;
        var positions = (double)total / dense.shape[channelAxis];
        var factor = (float)(2 / positions);
        var sums = new double[Chunks.Count(total)];
        Chunks.ForEach(total, (chunk, first, count) =>
        {
            for (var done = 0; done < count;)
            {
                var (row, start) = Math.DivRem(first + done, _target.Length);
                var part = (int)Math.Min(count - done, _target.Length - start);
                sums[chunk] += SquaredError(from + first + done, _target[rows[row]] + start, to + first + done, part, factor);
                done += part;
            }
        });
        if (!ReferenceEquals(dense, detached))
            dense.Dispose();
        return (sums.Sum() / positions, gradient);
    }

    /// <inheritdoc/>
    public void Dispose() => _reordered?.Dispose();

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double SquaredError(float* output, float* target, float* gradient, int count, float factor)
    {
        var sum = Vector256<float>.Zero;
        var i = 0;
        for (; i <= count - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            var difference = Vector256.Load(output + i) - Vector256.Load(target + i);
            sum += difference * difference;
            (difference * factor).Store(gradient + i);
        }
        double total = Vector256.Sum(sum);
        for (; i < count; i++)
        {
            var difference = output[i] - target[i];
            total += (double)difference * difference;
            gradient[i] = difference * factor;
        }
        return total;
    }

    private void CheckShape(Tensor output, int rows)
    {
        long[] found = output.shape, expected = _target.Tensor.shape;
        if (found.Length != expected.Length || found[0] != rows || !found.AsSpan(1).SequenceEqual(expected.AsSpan(1)))
        {
            expected[0] = rows;
            throw new InvalidOperationException(
                $"The quantized unit's output has the shape [{string.Join(", ", found)}], the float unit's [{string.Join(", ", expected)}].");
        }
    }

    /// <summary>Brings the whole target into the output's memory order, once.</summary>
    private void Reorder(Tensor output)
    {
        using var _ = no_grad();
        var (shape, stride) = (_target.Tensor.shape, output.stride());
        stride[0] = _target.Length;
        _reordered = empty_strided(shape, stride).DetachFromDisposeScope();
        _reordered.copy_(_target.Tensor);
        _target = new(_reordered);
    }
}
