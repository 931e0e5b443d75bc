using QDrop.Kernels;
using QDrop.Programs;

namespace QDrop.Operations;

/// <summary>
/// Matrix products, of as many pairs as the dimensions before the last two say. The second matrices may be there with
/// rows and columns exchanged (<c>matmul_transposed</c>, which no file has).
/// </summary>
internal sealed class MatrixProduct(string name = "matmul") : OperationKind(name, 2)
{
    /// <summary>Name of a product with matrices whose rows and columns are exchanged.</summary>
    public const string Transposed = "matmul_transposed";

    /// <summary>Products of numbers for which other threads are worth while.</summary>
    private const long LeastShared = 200_000;

    private bool IsTransposed => Name == Transposed;

    /// <inheritdoc/>
    public override ValueInfo Infer(Operation operation, ReadOnlySpan<ValueInfo> operands)
    {
        ValueInfo x = Expect(operands, 0, ValueKind.Float32), y = Expect(operands, 1, ValueKind.Float32);
        Check(x.Rank >= 2 && y.Rank >= 2, "a matrix has two dimensions at least.");
        (int inner, int columns) = IsTransposed ? (y.Shape[^1], y.Shape[^2]) : (y.Shape[^2], y.Shape[^1]);
        Check(x.Shape[^1] == inner, $"matrices of {x.Shape[^1]} columns and {inner} rows do not fit.");
        int[] shape = [.. Strided.Common(x.Shape.AsSpan()[..^2], y.Shape.AsSpan()[..^2]), x.Shape[^2], columns];
        _ = ValueInfo.CountOf(shape);
        return new(ValueKind.Float32, shape);
    }

    /// <inheritdoc/>
    public override long Products(Operation operation, ValueInfo[] operands, ValueInfo result) =>
        (long)result.Count * operands[0].Shape[^1];

    /// <inheritdoc/>
    public override Kernel Plan(Operation operation, ValueInfo[] operands, ValueInfo result) =>
        Plan(operation, operands, result, 1).Kernel;

    /// <inheritdoc/>
    public override unsafe PlannedKernel Plan(
        Operation operation, ValueInfo[] operands, ValueInfo result, int threads)
    {
        int rows = result.Shape[^2], columns = result.Shape[^1], inner = operands[0].Shape[^1];
        if (result.Count == 0 || inner == 0)
            return new(static frame => frame.Result.Clear());
        int[] pairs = [.. result.Shape[..^2], 1];
        int[] firsts = Of(operands[0].Shape, rows * inner), seconds = Of(operands[1].Shape, inner * columns);
        var product = new FloatProduct(rows, inner, columns, IsTransposed);
        int size = rows * columns, tiles = product.TileCount, blocks = product.BlockCount;
        long packed = (product.PackedBytes + 63) / 64 * 64;
        bool isShared = threads > 1 && Products(operation, operands, result) >= LeastShared;
        if (!isShared || firsts.Length >= 2 * threads)
        {
            return new(frame =>
            {
                float* second = (float*)((byte*)frame.Scratch + (frame.Part * packed));
                (int first, int last) = frame.Share(firsts.Length);
                for (int pair = first; pair < last; pair++)
                {
                    if (pair == first || seconds[pair] != seconds[pair - 1])
                        product.Pack((float*)frame.Address(1) + seconds[pair], second, 0, blocks);
                    product.Run(
                        (float*)frame.Address(0) + firsts[pair], second,
                        (float*)frame.ResultAddress + ((nint)pair * size), 0, tiles);
                }
            })
            {
                Scratch = packed * (isShared ? threads : 1),
                IsShared = isShared,
            };
        }
        return new(frame =>
        {
            (int first, int last) = frame.Share(firsts.Length * tiles);
            for (int pair = first / tiles; pair * tiles < last; pair++)
            {
                int start = pair * tiles;
                product.Run(
                    (float*)frame.Address(0) + firsts[pair],
                    (float*)((byte*)frame.Scratch + (pair * packed)),
                    (float*)frame.ResultAddress + ((nint)pair * size),
                    Math.Max(first - start, 0),
                    Math.Min(last - start, tiles));
            }
        })
        {
            Before = frame =>
            {
                (int first, int last) = frame.Share(firsts.Length * blocks);
                for (int pair = first / blocks; pair * blocks < last; pair++)
                {
                    int start = pair * blocks;
                    product.Pack(
                        (float*)frame.Address(1) + seconds[pair],
                        (float*)((byte*)frame.Scratch + (pair * packed)),
                        Math.Max(first - start, 0),
                        Math.Min(last - start, blocks));
                }
            },
            Scratch = packed * firsts.Length,
            IsShared = true,
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
