using QDrop.Kernels;
using QDrop.Operations;
using QDrop.Programs;

namespace QDrop.Integers;

/// <summary>The greatest code of each window, channels last.</summary>
internal sealed class CodeMaxPool() : OperationKind("code_max_pool", 1)
{
    /// <inheritdoc/>
    public override ValueInfo Infer(Operation operation, ReadOnlySpan<ValueInfo> operands)
    {
        ValueInfo x = Expect(operands, 0, ValueKind.Codes);
        int dimensions = operation.Arguments.Integers("kernel").Length;
        Check(x.Rank == dimensions + 2, $"an input has {x.Rank} dimensions; expected {dimensions + 2}.");
        var window = Window.Of(operation, dimensions);
        return x with
        {
            Shape =
            [
                x.Shape[0], .. window.Outputs(x.Shape.AsSpan()[1..^1], operation.Arguments.Flag("ceil")), x.Shape[^1],
            ],
        };
    }

    /// <inheritdoc/>
    public override Kernel Plan(Operation operation, ValueInfo[] operands, ValueInfo result) =>
        Plan(operation, operands, result, 1).Kernel;

    /// <inheritdoc/>
    public override PlannedKernel Plan(Operation operation, ValueInfo[] operands, ValueInfo result, int threads)
    {
        var window = Window.Of(operation, result.Rank - 2);
        int[] from = Window.Three(operands[0].Shape.AsSpan()[1..^1], 1),
            to = Window.Three(result.Shape.AsSpan()[1..^1], 1);
        int channels = result.Shape[^1];
        int rows = channels == 0 || to[2] == 0 ? 0 : result.Count / channels / to[2];
        return new(frame =>
        {
            ReadOnlySpan<byte> x = frame.Operand<byte>(0);
            Span<byte> y = frame.ResultOf<byte>();
            (int first, int last) = frame.Share(rows);
            for (int row = first; row < last; row++)
            {
                Span<byte> target = y.Slice(row * to[2] * channels, to[2] * channels);
                target.Clear();
                int plane = row / to[1], oy = row - (plane * to[1]), n = plane / to[0], oz = plane - (n * to[0]);
                for (int kz = 0; kz < window.Kernel[0]; kz++)
                {
                    int z = (oz * window.Stride[0]) + (kz * window.Dilation[0]) - window.Padding[0];
                    for (int ky = 0; ky < window.Kernel[1] && (uint)z < (uint)from[0]; ky++)
                    {
                        int v = (oy * window.Stride[1]) + (ky * window.Dilation[1]) - window.Padding[1];
                        if ((uint)v >= (uint)from[1])
                            continue;
                        int at = ((((n * from[0]) + z) * from[1]) + v) * from[2] * channels;
                        Row(x.Slice(at, from[2] * channels), target);
                    }
                }
            }
        })
        {
            IsShared = threads > 1 && result.Count >= PlannedKernel.LeastShared / 8,
        };

        void Row(ReadOnlySpan<byte> x, Span<byte> y)
        {
            for (int ox = 0; ox < to[2]; ox++)
            {
                int h = (ox * window.Stride[2]) - window.Padding[2];
                Span<byte> own = y.Slice(ox * channels, channels);
                for (int kx = 0; kx < window.Kernel[2]; kx++, h += window.Dilation[2])
                {
                    if ((uint)h < (uint)from[2])
                        ElementKernel.Max(own, x.Slice(h * channels, channels));
                }
            }
        }
    }
}

/// <summary>The mean of the values of the codes of each channel, channels last: <c>[N, C]</c>, float32.</summary>
internal sealed class CodeMean() : OperationKind("code_mean", 1)
{
    private const int Columns = 64;

    /// <inheritdoc/>
    public override ValueInfo Infer(Operation operation, ReadOnlySpan<ValueInfo> operands)
    {
        ValueInfo x = Expect(operands, 0, ValueKind.Codes);
        Check(
            x.Rank >= 3 && ValueInfo.CountOf(x.Shape.AsSpan(1)) > 0, "there is no mean of no elements.");
        return new(ValueKind.Float32, [x.Shape[0], x.Shape[^1]]);
    }

    /// <inheritdoc/>
    public override Kernel Plan(Operation operation, ValueInfo[] operands, ValueInfo result)
    {
        var grid = (ActivationGrid)operation.Data!;
        int samples = result.Shape[0], channels = result.Shape[1];
        int places = ValueInfo.CountOf(operands[0].Shape.AsSpan()[1..^1]);
        long zero = (long)places * grid.ZeroPoints[0];
        return frame =>
        {
            ReadOnlySpan<byte> x = frame.Operand<byte>(0);
            Span<float> y = frame.Result;
            Span<int> sums = stackalloc int[Columns];
            for (int n = 0; n < samples; n++)
            {
                ReadOnlySpan<byte> image = x.Slice(n * places * channels, places * channels);
                for (int c = 0; c < channels; c += Columns)
                {
                    Span<int> part = sums[..Math.Min(Columns, channels - c)];
                    ElementKernel.SumRows(image[c..], channels, places, part);
                    for (int i = 0; i < part.Length; i++)
                        y[(n * channels) + c + i] = (float)((double)(part[i] - zero) * grid.Scales[0] / places);
                }
            }
        };
    }
}
