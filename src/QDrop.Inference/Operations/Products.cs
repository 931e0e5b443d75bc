using System.Numerics.Tensors;
using QDrop.Programs;

namespace QDrop.Operations;

/// <summary>Matrix products, of as many pairs as the dimensions before the last two say.</summary>
internal sealed class MatrixProduct() : OperationKind("matmul", 2)
{
    /// <inheritdoc/>
    public override ValueInfo Infer(Operation operation, ReadOnlySpan<ValueInfo> operands)
    {
        ValueInfo x = Expect(operands, 0, ValueKind.Float32), y = Expect(operands, 1, ValueKind.Float32);
        Check(x.Rank >= 2 && y.Rank >= 2, "a matrix has two dimensions at least.");
        Check(x.Shape[^1] == y.Shape[^2], $"matrices of {x.Shape[^1]} columns and {y.Shape[^2]} rows do not fit.");
        int[] shape = [.. Strided.Common(x.Shape.AsSpan()[..^2], y.Shape.AsSpan()[..^2]), x.Shape[^2], y.Shape[^1]];
        _ = ValueInfo.CountOf(shape);
        return new(ValueKind.Float32, shape);
    }

    /// <inheritdoc/>
    public override long Products(Operation operation, ValueInfo[] operands, ValueInfo result) =>
        (long)result.Count * operands[0].Shape[^1];

    /// <inheritdoc/>
    public override Kernel Plan(Operation operation, ValueInfo[] operands, ValueInfo result)
    {
        int[] pairs = [.. result.Shape[..^2], 1];
        int rows = result.Shape[^2], columns = result.Shape[^1], inner = operands[0].Shape[^1];
        int[] firsts = Of(operands[0].Shape, rows * inner), seconds = Of(operands[1].Shape, inner * columns);
        return frame =>
        {
            ReadOnlySpan<float> x = frame[0], y = frame[1];
            Span<float> z = frame.Result;
            z.Clear();
            for (int pair = 0; pair < firsts.Length; pair++)
            {
                for (int row = 0; row < rows; row++)
                {
                    Span<float> sums = z.Slice(((pair * rows) + row) * columns, columns);
                    for (int k = 0; k < inner; k++)
                    {
                        TensorPrimitives.FusedMultiplyAdd(
                            y.Slice(seconds[pair] + (k * columns), columns), x[firsts[pair] + (row * inner) + k], sums,
                            sums);
                    }
                }
            }
        };

        int[] Of(int[] shape, int size) => Array.ConvertAll(
            Strided.Rows(pairs, [.. Strided.Broadcast(shape.AsSpan()[..^2], pairs.AsSpan()[..^1]), 0]), p => p * size);
    }
}

/// <summary>What a linear layer computes: input <c>[…, in]</c>, weight <c>[out, in]</c>, and a bias or none.</summary>
internal sealed class LinearLayer() : OperationKind("linear", 2, 3)
{
    /// <inheritdoc/>
    public override ValueInfo Infer(Operation operation, ReadOnlySpan<ValueInfo> operands)
    {
        ValueInfo x = Expect(operands, 0, ValueKind.Float32), weight = Expect(operands, 1, ValueKind.Float32);
        Check(x.Rank >= 1 && weight.Rank == 2, "a linear layer takes rows, and a matrix of weights.");
        Check(x.Shape[^1] == weight.Shape[1], $"an input has {x.Shape[^1]} elements; expected {weight.Shape[1]}.");
        if (operands.Length == 3)
        {
            Check(
                Expect(operands, 2, ValueKind.Float32).Shape.AsSpan().SequenceEqual([weight.Shape[0]]),
                "there is not one bias for each output.");
        }
        int[] shape = [.. x.Shape[..^1], weight.Shape[0]];
        _ = ValueInfo.CountOf(shape);
        return new(ValueKind.Float32, shape);
    }

    /// <inheritdoc/>
    public override long Products(Operation operation, ValueInfo[] operands, ValueInfo result) =>
        (long)result.Count * operands[0].Shape[^1];

    /// <inheritdoc/>
    public override Kernel Plan(Operation operation, ValueInfo[] operands, ValueInfo result)
    {
        int outputs = operands[1].Shape[0], inputs = operands[1].Shape[1];
        int rows = outputs == 0 ? 0 : result.Count / outputs;
        return frame =>
        {
            ReadOnlySpan<float> x = frame[0], weight = frame[1], bias = frame.Count > 2 ? frame[2] : default;
            Span<float> y = frame.Result;
            for (int row = 0; row < rows; row++)
            {
                for (int output = 0; output < outputs; output++)
                {
                    float sum = Dot.Product(x.Slice(row * inputs, inputs), weight.Slice(output * inputs, inputs));
                    y[(row * outputs) + output] = bias.IsEmpty ? sum : sum + bias[output];
                }
            }
        };
    }
}
