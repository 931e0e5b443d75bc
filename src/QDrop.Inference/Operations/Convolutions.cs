using System.Numerics.Tensors;
using QDrop.Programs;

namespace QDrop.Operations;

/// <summary>
/// A convolution: input <c>[N, in, …]</c>, weight <c>[out, in / groups, …]</c>, and a bias or none; 1 to 3 dimensions.
/// </summary>
internal sealed class Convolution() : OperationKind("conv", 2, 3)
{
    /// <inheritdoc/>
    public override ValueInfo Infer(Operation operation, ReadOnlySpan<ValueInfo> operands)
    {
        ValueInfo x = Expect(operands, 0, ValueKind.Float32), weight = Expect(operands, 1, ValueKind.Float32);
        int dimensions = weight.Rank - 2, groups = operation.Arguments.Int32("groups", 1);
        Check(x.Rank == weight.Rank, $"an input has {x.Rank} dimensions; expected {weight.Rank}.");
        var window = Window.Of(operation, dimensions, weight.Shape[2..]);
        Check(groups > 0 && weight.Shape[0] % groups == 0, $"{weight.Shape[0]} channels have no {groups} groups.");
        Check(
            x.Shape[1] == (long)weight.Shape[1] * groups,
            $"an input has {x.Shape[1]} channels; expected {(long)weight.Shape[1] * groups}.");
        CheckBias(operands, weight.Shape[0]);
        int[] shape = [x.Shape[0], weight.Shape[0], .. window.Outputs(x.Shape.AsSpan(2))];
        _ = ValueInfo.CountOf(shape);
        return new(ValueKind.Float32, shape);
    }

    /// <inheritdoc/>
    public override long Products(Operation operation, ValueInfo[] operands, ValueInfo result) =>
        (long)result.Count * ValueInfo.CountOf(operands[1].Shape.AsSpan(1));

    /// <inheritdoc/>
    public override Kernel Plan(Operation operation, ValueInfo[] operands, ValueInfo result)
    {
        var window = Window.Of(operation, operands[1].Rank - 2, operands[1].Shape[2..]);
        int groups = operation.Arguments.Int32("groups", 1);
        int[] from = Window.Three(operands[0].Shape.AsSpan(2), 1), to = Window.Three(result.Shape.AsSpan(2), 1);
        int samples = result.Shape[0], outputs = result.Shape[1], inputs = operands[1].Shape[1];
        int inputSize = from[0] * from[1] * from[2], outputSize = to[0] * to[1] * to[2];
        return frame =>
        {
            ReadOnlySpan<float> x = frame[0], weight = frame[1], bias = frame.Count > 2 ? frame[2] : default;
            for (int n = 0; n < samples; n++)
            {
                for (int o = 0; o < outputs; o++)
                {
                    Span<float> sums = frame.Result.Slice(((n * outputs) + o) * outputSize, outputSize);
                    sums.Clear();
                    int w = o * inputs * window.Kernel[0] * window.Kernel[1] * window.Kernel[2];
                    int first = o / (outputs / groups) * inputs;
                    for (int i = 0; i < inputs; i++)
                    {
                        int channel = (n * inputs * groups) + first + i;
                        w = Taps.Add(x.Slice(channel * inputSize, inputSize), from, weight, w, sums, to, window);
                    }
                    if (!bias.IsEmpty)
                        TensorPrimitives.Add(sums, bias[o], sums);
                }
            }
        };
    }

    /// <summary>Checks the third operand, where there is one.</summary>
    internal static void CheckBias(ReadOnlySpan<ValueInfo> operands, int channels)
    {
        if (operands.Length == 3)
        {
            Check(
                Expect(operands, 2, ValueKind.Float32).Shape.AsSpan().SequenceEqual([channels]),
                "there is not one bias for each channel.");
        }
    }
}

/// <summary>
/// A transposed convolution: input <c>[N, in, …]</c>, weight <c>[in, out / groups, …]</c>, and a bias or none; 1 to 3
/// dimensions.
/// </summary>
internal sealed class TransposedConvolution() : OperationKind("conv_transpose", 2, 3)
{
    /// <inheritdoc/>
    public override ValueInfo Infer(Operation operation, ReadOnlySpan<ValueInfo> operands)
    {
        ValueInfo x = Expect(operands, 0, ValueKind.Float32), weight = Expect(operands, 1, ValueKind.Float32);
        int dimensions = weight.Rank - 2, groups = operation.Arguments.Int32("groups", 1);
        Check(x.Rank == weight.Rank, $"an input has {x.Rank} dimensions; expected {weight.Rank}.");
        var window = Window.Of(operation, dimensions, weight.Shape[2..]);
        int[] extra = operation.Arguments.Integers("output_padding", new int[dimensions]);
        Check(extra.Length == dimensions && extra.All(static e => e >= 0), "output_padding does not fit.");
        Check(groups > 0 && weight.Shape[0] % groups == 0, $"{weight.Shape[0]} channels have no {groups} groups.");
        Check(x.Shape[1] == weight.Shape[0], $"an input has {x.Shape[1]} channels; expected {weight.Shape[0]}.");
        long outputs = (long)weight.Shape[1] * groups;
        Check(outputs <= ValueInfo.MostElements, "a value would be too large.");
        CheckBias(operands, (int)outputs);
        int[] shape = new int[x.Rank];
        (shape[0], shape[1]) = (x.Shape[0], (int)outputs);
        for (int d = 0; d < dimensions; d++)
        {
            int k = 3 - dimensions + d;
            long size = ((x.Shape[2 + d] - 1L) * window.Stride[k]) - (2L * window.Padding[k])
                + ((long)window.Dilation[k] * (window.Kernel[k] - 1)) + extra[d] + 1;
            Check(size is > 0 and <= ValueInfo.MostElements, $"a dimension of the result would have {size} elements.");
            shape[2 + d] = (int)size;
        }
        _ = ValueInfo.CountOf(shape);
        return new(ValueKind.Float32, shape);
    }

    /// <inheritdoc/>
    public override long Products(Operation operation, ValueInfo[] operands, ValueInfo result) =>
        (long)operands[0].Count * ValueInfo.CountOf(operands[1].Shape.AsSpan(1));

    /// <inheritdoc/>
    public override Kernel Plan(Operation operation, ValueInfo[] operands, ValueInfo result)
    {
        var window = Window.Of(operation, operands[1].Rank - 2, operands[1].Shape[2..]);
        int groups = operation.Arguments.Int32("groups", 1);
        int[] from = Window.Three(operands[0].Shape.AsSpan(2), 1), to = Window.Three(result.Shape.AsSpan(2), 1);
        int samples = result.Shape[0], inputs = operands[0].Shape[1], outputs = operands[1].Shape[1];
        int inputSize = from[0] * from[1] * from[2], outputSize = to[0] * to[1] * to[2];
        int taps = window.Kernel[0] * window.Kernel[1] * window.Kernel[2];
        return frame =>
        {
            ReadOnlySpan<float> x = frame[0], weight = frame[1], bias = frame.Count > 2 ? frame[2] : default;
            frame.Result.Clear();
            for (int n = 0; n < samples; n++)
            {
                for (int i = 0; i < inputs; i++)
                {
                    ReadOnlySpan<float> input = x.Slice(((n * inputs) + i) * inputSize, inputSize);
                    int first = (n * outputs * groups) + (i / (inputs / groups) * outputs);
                    for (int o = 0; o < outputs; o++)
                    {
                        Taps.Spread(
                            input, from, weight, ((i * outputs) + o) * taps,
                            frame.Result.Slice((first + o) * outputSize, outputSize), to, window);
                    }
                }
                for (int o = 0; !bias.IsEmpty && o < outputs * groups; o++)
                {
                    Span<float> sums = frame.Result.Slice(((n * outputs * groups) + o) * outputSize, outputSize);
                    TensorPrimitives.Add(sums, bias[o], sums);
                }
            }
        };
    }

    private static void CheckBias(ReadOnlySpan<ValueInfo> operands, int channels) =>
        Convolution.CheckBias(operands, channels);
}

/// <summary>Adds one channel times the taps of a window.</summary>
internal static class Taps
{
    /// <summary>Adds to each output what its window sees.</summary>
    /// <param name="x">The channel.</param>
    /// <param name="from">Its three sizes.</param>
    /// <param name="weight">The taps.</param>
    /// <param name="w">The first of them.</param>
    /// <param name="sums">The outputs.</param>
    /// <param name="to">Their three sizes.</param>
    /// <param name="window">The window.</param>
    /// <returns>The place after the last tap.</returns>
    public static int Add(
        ReadOnlySpan<float> x, int[] from, ReadOnlySpan<float> weight, int w, Span<float> sums, int[] to, Window window)
    {
        for (int kz = 0; kz < window.Kernel[0]; kz++)
        {
            for (int ky = 0; ky < window.Kernel[1]; ky++)
            {
                for (int kx = 0; kx < window.Kernel[2]; kx++, w++)
                    Add(x, from, weight[w], sums, to, window, kz, ky, kx);
            }
        }
        return w;
    }

    /// <summary>Adds each input, times the taps, to the outputs whose windows begin there.</summary>
    public static void Spread(
        ReadOnlySpan<float> x, int[] from, ReadOnlySpan<float> weight, int w, Span<float> sums, int[] to, Window window)
    {
        for (int kz = 0; kz < window.Kernel[0]; kz++)
        {
            for (int ky = 0; ky < window.Kernel[1]; ky++)
            {
                for (int kx = 0; kx < window.Kernel[2]; kx++, w++)
                    Spread(x, from, weight[w], sums, to, window, kz, ky, kx);
            }
        }
    }

    private static void Add(
        ReadOnlySpan<float> x,
        int[] from,
        float weight,
        Span<float> sums,
        int[] to,
        Window window,
        int kz,
        int ky,
        int kx)
    {
        (int firstX, int endX) = Inside(kx, 2, window, from[2], to[2]);
        int stride = window.Stride[2], shift = (kx * window.Dilation[2]) - window.Padding[2];
        for (int z = 0; z < to[0]; z++)
        {
            int fromZ = (z * window.Stride[0]) + (kz * window.Dilation[0]) - window.Padding[0];
            if ((uint)fromZ >= (uint)from[0])
                continue;
            for (int y = 0; y < to[1]; y++)
            {
                int fromY = (y * window.Stride[1]) + (ky * window.Dilation[1]) - window.Padding[1];
                if ((uint)fromY >= (uint)from[1] || endX <= firstX)
                    continue;
                ReadOnlySpan<float> row = x.Slice(((fromZ * from[1]) + fromY) * from[2], from[2]);
                Span<float> target = sums.Slice((((z * to[1]) + y) * to[2]) + firstX, endX - firstX);
                int place = (firstX * stride) + shift;
                if (stride == 1)
                {
                    TensorPrimitives.FusedMultiplyAdd(row.Slice(place, target.Length), weight, target, target);
                    continue;
                }
                for (int i = 0; i < target.Length; i++, place += stride)
                    target[i] = MathF.FusedMultiplyAdd(row[place], weight, target[i]);
            }
        }
    }

    private static void Spread(
        ReadOnlySpan<float> x,
        int[] from,
        float weight,
        Span<float> sums,
        int[] to,
        Window window,
        int kz,
        int ky,
        int kx)
    {
        // The outputs of the one are the inputs of the other.
        (int firstX, int endX) = Inside(kx, 2, window, to[2], from[2]);
        int stride = window.Stride[2], shift = (kx * window.Dilation[2]) - window.Padding[2];
        for (int z = 0; z < from[0]; z++)
        {
            int toZ = (z * window.Stride[0]) + (kz * window.Dilation[0]) - window.Padding[0];
            if ((uint)toZ >= (uint)to[0])
                continue;
            for (int y = 0; y < from[1]; y++)
            {
                int toY = (y * window.Stride[1]) + (ky * window.Dilation[1]) - window.Padding[1];
                if ((uint)toY >= (uint)to[1])
                    continue;
                ReadOnlySpan<float> row = x.Slice(((z * from[1]) + y) * from[2], from[2]);
                Span<float> target = sums.Slice(((toZ * to[1]) + toY) * to[2], to[2]);
                for (int i = firstX; i < endX; i++)
                {
                    int place = (i * stride) + shift;
                    target[place] = MathF.FusedMultiplyAdd(row[i], weight, target[place]);
                }
            }
        }
    }

    /// <summary>The windows along a dimension whose tap lies inside.</summary>
    private static (int First, int End) Inside(int tap, int dimension, Window window, int size, int windows)
    {
        int shift = (tap * window.Dilation[dimension]) - window.Padding[dimension], stride = window.Stride[dimension];
        int first = shift >= 0 ? 0 : (-shift + stride - 1) / stride;
        int end = size - shift <= 0 ? 0 : (size - shift + stride - 1) / stride;
        return (Math.Min(first, windows), Math.Min(end, windows));
    }
}
