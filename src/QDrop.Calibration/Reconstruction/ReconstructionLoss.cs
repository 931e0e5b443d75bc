using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using QDrop.Calibration.Inputs;
using QDrop.Calibration.Memory;
using QDrop.Native;
using QDrop.Threading;
using static TorchSharp.torch;

namespace QDrop.Calibration.Reconstruction;

/// <summary>
/// The reconstruction loss of a unit, the mean over batch and positions of the squared error, weighted or not, summed
/// over channels, and its gradient, in one pass over the output and the cached rows of the target.
/// </summary>
/// <param name="target">The float unit's outputs on all inputs, <c>[N, …]</c>, dense.</param>
/// <param name="channelAxis">The dimension that counts channels.</param>
/// <param name="weights">
/// What each squared error is weighted with, of the target's shape, dense; <see langword="null"/> for 1.
/// </param>
/// <param name="memory">
/// Gives memory for copies in another order; <see langword="null"/> for as much as they need.
/// </param>
/// <param name="norm">How errors count where they are not weighted; <see langword="null"/> for their squares.</param>
/// <param name="size">
/// What errors are multiplied with before they count: so neither very large nor very small ones are lost.
/// </param>
internal sealed unsafe class ReconstructionLoss(
    Tensor target,
    int channelAxis,
    Tensor? weights = null,
    ActivationMemory? memory = null,
    LossNorm? norm = null,
    float size = 1) : IDisposable
{
    private readonly LossNorm _norm = norm ?? LossNorm.Squares;
    private readonly List<Tensor> _reordered = [];
    private RowStore _target = new(target);
    private RowStore? _weights = weights is null ? null : new(weights);

    /// <summary>Loss and gradient of a batch.</summary>
    /// <param name="output">The quantized unit's output on the batch.</param>
    /// <param name="rows">Which rows of the target belong to it.</param>
    /// <returns>The loss, and its gradient in the memory order of the output.</returns>
    /// <exception cref="InvalidOperationException">The output has another shape than the target.</exception>
    public (double Loss, Tensor Gradient) Evaluate(Tensor output, long[] rows)
    {
        using Tensor detached = output.detach();
        Tensor dense = DenseMemory.ToDense(detached);
        CheckShape(dense, rows.Length);
        _target = InOrderOf(dense, _target);
        _weights = _weights is null ? null : InOrderOf(dense, _weights);
        Tensor gradient = DenseMemory.EmptyLike(dense);
        float* from = DenseMemory.Floats(dense), to = DenseMemory.Floats(gradient);
        long total = dense.NumberOfElements;
        double positions = (double)total / dense.shape[channelAxis];
        float factor = (float)(2 / positions) * size;
        (float power, float slope) = (
            (float)_norm.Power, (float)(_norm.Factor * _norm.Power / positions) * size);
        double[] sums = new double[Chunks.Count(total)];
        Chunks.ForEach(
            total,
            (chunk, first, count) =>
            {
                for (int done = 0; done < count;)
                {
                    (long row, long start) = Math.DivRem(first + done, _target.Length);
                    int part = (int)Math.Min(count - done, _target.Length - start);
                    float* expected = _target[rows[row]] + start;
                    float* output = from + first + done,
                        result = to + first + done;
                    sums[chunk] +=
                        _weights is not null
                            ? WeightedError(output, expected, _weights[rows[row]] + start, result, part, size, factor)
                        : power == 2 ? SquaredError(output, expected, result, part, size, factor)
                        : power == 1 ? NormError.Magnitude(output, expected, result, part, size, slope)
                        : NormError.Power(output, expected, result, part, power, size, slope);
                    done += part;
                }
                MappedPages.Passed((_weights is null ? 1L : 2L) * count * sizeof(float));
            });
        if (!ReferenceEquals(dense, detached))
            dense.Dispose();
        return (sums.Sum() / positions * _norm.Factor, gradient);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor tensor in _reordered)
            tensor.Dispose();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double SquaredError(
        float* output, float* target, float* gradient, int count, float size, float factor)
    {
        Vector256<float> sum = Vector256<float>.Zero;
        int i = 0;
        for (; i <= count - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            Vector256<float> difference = (Vector256.Load(output + i) - Vector256.Load(target + i)) * size;
            sum += difference * difference;
            (difference * factor).Store(gradient + i);
        }
        double total = Vector256.Sum(sum);
        for (; i < count; i++)
        {
            float difference = (output[i] - target[i]) * size;
            total += (double)difference * difference;
            gradient[i] = difference * factor;
        }
        return total;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double WeightedError(
        float* output, float* target, float* weights, float* gradient, int count, float size, float factor)
    {
        Vector256<float> sum = Vector256<float>.Zero;
        int i = 0;
        for (; i <= count - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            Vector256<float> difference = (Vector256.Load(output + i) - Vector256.Load(target + i)) * size;
            Vector256<float> weighted = difference * Vector256.Load(weights + i);
            sum += difference * weighted;
            (weighted * factor).Store(gradient + i);
        }
        double total = Vector256.Sum(sum);
        for (; i < count; i++)
        {
            float difference = (output[i] - target[i]) * size;
            total += (double)difference * difference * weights[i];
            gradient[i] = difference * weights[i] * factor;
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
                $"The quantized unit's output has the shape [{string.Join(", ", found)}], the float unit's "
                    + $"[{string.Join(", ", expected)}].");
        }
    }

    /// <summary>All rows in the output's memory order; brought into it once.</summary>
    private RowStore InOrderOf(Tensor output, RowStore rows)
    {
        if (DenseMemory.SameOrder(output, rows.Tensor))
            return rows;
        long[] stride = output.stride();
        stride[0] = rows.Length;
        Tensor reordered = (memory ?? new(null)).Reordered(rows.Tensor, stride);
        _reordered.Add(reordered);
        return new(reordered);
    }
}
