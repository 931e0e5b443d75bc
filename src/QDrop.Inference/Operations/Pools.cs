using QDrop.Programs;

namespace QDrop.Operations;

/// <summary>
/// The greatest element of each window, or the mean: input <c>[N, C, …]</c>, 1 to 3 dimensions. <c>ceil</c> counts
/// windows that begin inside and end outside; <c>include_pad</c> and <c>divisor</c> say what a mean is divided by.
/// </summary>
internal sealed class Pool(string name) : OperationKind(name, 1)
{
    /// <summary>Gets the names.</summary>
    public static IEnumerable<string> Names => ["max_pool", "avg_pool"];

    /// <inheritdoc/>
    public override bool KeepsGrid(Operation operation) => Name == "max_pool";

    /// <inheritdoc/>
    public override ValueInfo Infer(Operation operation, ReadOnlySpan<ValueInfo> operands)
    {
        ValueInfo x = Expect(operands, 0, ValueKind.Float32);
        int[] kernel = operation.Arguments.Integers("kernel");
        Check(x.Rank == kernel.Length + 2, $"an input has {x.Rank} dimensions; expected {kernel.Length + 2}.");
        var window = Window.Of(operation, kernel.Length);
        int[] padding = operation.Arguments.Integers("padding", new int[kernel.Length]);
        Check(padding.Zip(kernel).All(static p => p.First * 2L <= p.Second), "a pad is more than half of a window.");
        _ = operation.Arguments.Integer("divisor", 1);
        return x with
        {
            Shape = [.. x.Shape[..2], .. window.Outputs(x.Shape.AsSpan(2), operation.Arguments.Flag("ceil"))],
        };
    }

    /// <inheritdoc/>
    public override Kernel Plan(Operation operation, ValueInfo[] operands, ValueInfo result)
    {
        var window = Window.Of(operation, result.Rank - 2);
        int[] from = Window.Three(operands[0].Shape.AsSpan(2), 1), to = Window.Three(result.Shape.AsSpan(2), 1);
        int channels = result.Shape[0] * result.Shape[1];
        bool isMean = Name == "avg_pool", includePad = operation.Arguments.Flag("include_pad", true);
        long divisor = operation.Arguments.Integer("divisor", 0);
        return frame =>
        {
            ReadOnlySpan<float> x = frame[0];
            Span<float> y = frame.Result;
            int size = from[0] * from[1] * from[2], next = 0;
            for (int c = 0; c < channels; c++)
            {
                ReadOnlySpan<float> channel = x.Slice(c * size, size);
                for (int oz = 0; oz < to[0]; oz++)
                {
                    for (int oy = 0; oy < to[1]; oy++)
                    {
                        for (int ox = 0; ox < to[2]; ox++)
                            y[next++] = One(channel, oz, oy, ox);
                    }
                }
            }
        };

        float One(ReadOnlySpan<float> x, int oz, int oy, int ox)
        {
            float greatest = float.NegativeInfinity, sum = 0;
            int z0 = (oz * window.Stride[0]) - window.Padding[0], y0 = (oy * window.Stride[1]) - window.Padding[1],
                x0 = (ox * window.Stride[2]) - window.Padding[2], inside = 0;
            for (int kz = 0; kz < window.Kernel[0]; kz++)
            {
                int pz = z0 + (kz * window.Dilation[0]);
                if ((uint)pz >= (uint)from[0])
                    continue;
                for (int ky = 0; ky < window.Kernel[1]; ky++)
                {
                    int py = y0 + (ky * window.Dilation[1]);
                    if ((uint)py >= (uint)from[1])
                        continue;
                    for (int kx = 0; kx < window.Kernel[2]; kx++)
                    {
                        int px = x0 + (kx * window.Dilation[2]);
                        if ((uint)px >= (uint)from[2])
                            continue;
                        float value = x[(((pz * from[1]) + py) * from[2]) + px];
                        greatest = value > greatest || float.IsNaN(value) ? value : greatest;
                        sum += value;
                        inside++;
                    }
                }
            }
            if (!isMean)
                return greatest;
            if (divisor != 0)
                return sum / divisor;
            // Pads count, but not what a window has beyond them.
            return sum / (includePad ? Padded(0, z0) * Padded(1, y0) * Padded(2, x0) : inside);
        }

        int Padded(int dimension, int start) => Math.Min(
            start + window.Kernel[dimension], from[dimension] + window.Padding[dimension]) - start;
    }
}

/// <summary>
/// The greatest element, or the mean, of as many windows of almost one size as <c>sizes</c> says for each of the last
/// dimensions; −1 for as many as there are elements.
/// </summary>
internal sealed class AdaptivePool(string name) : OperationKind(name, 1)
{
    /// <summary>Gets the names.</summary>
    public static IEnumerable<string> Names => ["adaptive_max_pool", "adaptive_avg_pool"];

    /// <inheritdoc/>
    public override bool KeepsGrid(Operation operation) => Name == "adaptive_max_pool";

    /// <inheritdoc/>
    public override ValueInfo Infer(Operation operation, ReadOnlySpan<ValueInfo> operands)
    {
        ValueInfo x = Expect(operands, 0, ValueKind.Float32);
        int[] sizes = operation.Arguments.Integers("sizes"), shape = [.. x.Shape];
        Check(sizes.Length is >= 1 and <= 3 && x.Rank >= sizes.Length, "the sizes of a pool do not fit.");
        for (int d = 0; d < sizes.Length; d++)
        {
            int axis = x.Rank - sizes.Length + d;
            Check(sizes[d] >= -1 && (shape[axis] > 0 || sizes[d] <= 0), "the sizes of a pool do not fit.");
            shape[axis] = sizes[d] < 0 ? shape[axis] : sizes[d];
        }
        _ = ValueInfo.CountOf(shape);
        return x with { Shape = shape };
    }

    /// <inheritdoc/>
    public override Kernel Plan(Operation operation, ValueInfo[] operands, ValueInfo result)
    {
        int dimensions = operation.Arguments.Integers("sizes").Length;
        int[] from = Window.Three(operands[0].Shape.AsSpan()[^dimensions..], 1),
            to = Window.Three(result.Shape.AsSpan()[^dimensions..], 1);
        int size = from[0] * from[1] * from[2], channels = size == 0 ? 0 : operands[0].Count / size;
        bool isMean = Name == "adaptive_avg_pool";
        return frame =>
        {
            ReadOnlySpan<float> x = frame[0];
            Span<float> y = frame.Result;
            int next = 0;
            for (int c = 0; c < channels; c++)
            {
                for (int oz = 0; oz < to[0]; oz++)
                {
                    for (int oy = 0; oy < to[1]; oy++)
                    {
                        for (int ox = 0; ox < to[2]; ox++)
                            y[next++] = One(x.Slice(c * size, size), oz, oy, ox);
                    }
                }
            }
        };

        float One(ReadOnlySpan<float> x, int oz, int oy, int ox)
        {
            (int z0, int z1) = Bounds(0, oz);
            (int y0, int y1) = Bounds(1, oy);
            (int x0, int x1) = Bounds(2, ox);
            float greatest = float.NegativeInfinity, sum = 0;
            for (int pz = z0; pz < z1; pz++)
            {
                for (int py = y0; py < y1; py++)
                {
                    int row = (((pz * from[1]) + py) * from[2]) + x0;
                    foreach (float value in x.Slice(row, x1 - x0))
                    {
                        greatest = value > greatest || float.IsNaN(value) ? value : greatest;
                        sum += value;
                    }
                }
            }
            return isMean ? sum / ((z1 - z0) * (y1 - y0) * (x1 - x0)) : greatest;
        }

        (int First, int End) Bounds(int d, int window) => (
            (int)((long)window * from[d] / to[d]), (int)((((window + 1L) * from[d]) + to[d] - 1) / to[d]));
    }
}
