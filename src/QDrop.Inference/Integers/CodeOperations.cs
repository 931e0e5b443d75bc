using System.Numerics.Tensors;
using QDrop.Operations;
using QDrop.Programs;

namespace QDrop.Integers;

/// <summary>Codes of values, on a grid that is one for all of them.</summary>
internal sealed class ToCodes() : OperationKind("to_codes", 1)
{
    /// <inheritdoc/>
    public override ValueInfo Infer(Operation operation, ReadOnlySpan<ValueInfo> operands) =>
        Expect(operands, 0, ValueKind.Float32) with { Kind = ValueKind.Codes };

    /// <inheritdoc/>
    public override Kernel Plan(Operation operation, ValueInfo[] operands, ValueInfo result)
    {
        var grid = (ActivationGrid)operation.Data!;
        float scale = grid.Scales[0], zero = grid.ZeroPoints[0], top = grid.Top;
        return frame =>
        {
            ReadOnlySpan<float> x = frame[0];
            Span<byte> codes = frame.ResultOf<byte>();
            for (int i = 0; i < x.Length; i++)
                codes[i] = (byte)Quantization.Code(x[i], scale, zero, top);
        };
    }
}

/// <summary>The values of codes.</summary>
internal sealed class FromCodes() : OperationKind("from_codes", 1)
{
    /// <inheritdoc/>
    public override ValueInfo Infer(Operation operation, ReadOnlySpan<ValueInfo> operands) =>
        Expect(operands, 0, ValueKind.Codes) with { Kind = ValueKind.Float32 };

    /// <inheritdoc/>
    public override Kernel Plan(Operation operation, ValueInfo[] operands, ValueInfo result)
    {
        float[] table = Table((ActivationGrid)operation.Data!);
        return frame =>
        {
            ReadOnlySpan<byte> codes = frame.Operand<byte>(0);
            Span<float> y = frame.Result;
            for (int i = 0; i < codes.Length; i++)
                y[i] = table[codes[i]];
        };
    }

    /// <summary>The value of each code.</summary>
    public static float[] Table(ActivationGrid grid)
    {
        float[] table = new float[256];
        for (int code = 0; code < table.Length; code++)
            table[code] = (code - grid.ZeroPoints[0]) * grid.Scales[0];
        return table;
    }
}

/// <summary>
/// Codes of a function of each element, or of the sum of two elements, of codes on grids of their own: looked up, or
/// computed as the values would be.
/// </summary>
/// <param name="Operands">The grids of the operands.</param>
/// <param name="Function">What is computed of the sum, or of the value.</param>
/// <param name="Result">The grid of the result.</param>
internal sealed record CodeFunction(ActivationGrid[] Operands, UnaryFunction? Function, ActivationGrid Result);

/// <summary>Codes of a function of codes.</summary>
internal sealed class CodeTable() : OperationKind("code_table", 1)
{
    /// <inheritdoc/>
    public override ValueInfo Infer(Operation operation, ReadOnlySpan<ValueInfo> operands) =>
        Expect(operands, 0, ValueKind.Codes);

    /// <inheritdoc/>
    public override Kernel Plan(Operation operation, ValueInfo[] operands, ValueInfo result)
    {
        var data = (CodeFunction)operation.Data!;
        float[] values = FromCodes.Table(data.Operands[0]);
        data.Function?.Invoke(values, values);
        ActivationGrid grid = data.Result;
        byte[] table = Array.ConvertAll(
            values, v => (byte)Quantization.Code(v, grid.Scales[0], grid.ZeroPoints[0], grid.Top));
        return frame =>
        {
            ReadOnlySpan<byte> x = frame.Operand<byte>(0);
            Span<byte> y = frame.ResultOf<byte>();
            for (int i = 0; i < x.Length; i++)
                y[i] = table[x[i]];
        };
    }
}

/// <summary>Codes of the sum of codes, through ReLU or another function.</summary>
internal sealed class CodeSum() : OperationKind("code_sum", 2)
{
    private const int Chunk = 512;

    /// <inheritdoc/>
    public override ValueInfo Infer(Operation operation, ReadOnlySpan<ValueInfo> operands)
    {
        ValueInfo x = Expect(operands, 0, ValueKind.Codes), y = Expect(operands, 1, ValueKind.Codes);
        Check(x.Shape.AsSpan().SequenceEqual(y.Shape), "the operands of a sum of codes have different shapes.");
        return x;
    }

    /// <inheritdoc/>
    public override Kernel Plan(Operation operation, ValueInfo[] operands, ValueInfo result)
    {
        var data = (CodeFunction)operation.Data!;
        float[] first = FromCodes.Table(data.Operands[0]), second = FromCodes.Table(data.Operands[1]);
        (float scale, float zero, float top) = (data.Result.Scales[0], data.Result.ZeroPoints[0], data.Result.Top);
        return frame =>
        {
            ReadOnlySpan<byte> a = frame.Operand<byte>(0), b = frame.Operand<byte>(1);
            Span<byte> codes = frame.ResultOf<byte>();
            Span<float> sums = stackalloc float[Chunk];
            for (int start = 0; start < codes.Length; start += Chunk)
            {
                Span<float> part = sums[..Math.Min(Chunk, codes.Length - start)];
                for (int i = 0; i < part.Length; i++)
                    part[i] = first[a[start + i]] + second[b[start + i]];
                data.Function?.Invoke(part, part);
                for (int i = 0; i < part.Length; i++)
                    codes[start + i] = (byte)Quantization.Code(part[i], scale, zero, top);
            }
        };
    }
}

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
    public override Kernel Plan(Operation operation, ValueInfo[] operands, ValueInfo result)
    {
        var window = Window.Of(operation, result.Rank - 2);
        int[] from = Window.Three(operands[0].Shape.AsSpan()[1..^1], 1),
            to = Window.Three(result.Shape.AsSpan()[1..^1], 1);
        int samples = result.Shape[0], channels = result.Shape[^1];
        return frame =>
        {
            ReadOnlySpan<byte> x = frame.Operand<byte>(0);
            Span<byte> y = frame.ResultOf<byte>();
            y.Clear();
            int next = 0;
            for (int n = 0; n < samples; n++)
            {
                for (int place = 0; place < to[0] * to[1] * to[2]; place++, next += channels)
                {
                    int ox = place % to[2], oy = place / to[2] % to[1], oz = place / to[2] / to[1];
                    for (int kz = 0; kz < window.Kernel[0]; kz++)
                    {
                        int z = (oz * window.Stride[0]) + (kz * window.Dilation[0]) - window.Padding[0];
                        for (int ky = 0; ky < window.Kernel[1] && (uint)z < (uint)from[0]; ky++)
                        {
                            int v = (oy * window.Stride[1]) + (ky * window.Dilation[1]) - window.Padding[1];
                            for (int kx = 0; kx < window.Kernel[2] && (uint)v < (uint)from[1]; kx++)
                            {
                                int h = (ox * window.Stride[2]) + (kx * window.Dilation[2]) - window.Padding[2];
                                if ((uint)h >= (uint)from[2])
                                    continue;
                                int at = ((((((n * from[0]) + z) * from[1]) + v) * from[2]) + h) * channels;
                                Span<byte> own = y.Slice(next, channels);
                                TensorPrimitives.Max(own, x.Slice(at, channels), own);
                            }
                        }
                    }
                }
            }
        };
    }
}

/// <summary>The mean of the values of the codes of each channel, channels last: <c>[N, C]</c>, float32.</summary>
internal sealed class CodeMean() : OperationKind("code_mean", 1)
{
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
            for (int n = 0; n < samples; n++)
            {
                ReadOnlySpan<byte> image = x.Slice(n * places * channels, places * channels);
                for (int c = 0; c < channels; c++)
                {
                    long sum = -zero;
                    for (int i = c; i < image.Length; i += channels)
                        sum += image[i];
                    y[(n * channels) + c] = (float)((double)sum * grid.Scales[0] / places);
                }
            }
        };
    }
}
