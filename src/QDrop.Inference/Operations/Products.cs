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
    public const long LeastShared = 200_000;

    private bool IsTransposed => Name == Transposed;

    /// <inheritdoc/>
    public override ValueInfo Infer(Operation operation, ReadOnlySpan<ValueInfo> operands)
    {
        ValueInfo x = Expect(operands, 0, ValueKind.Float32), y = Expect(operands, 1, ValueKind.Float32);
        return new(ValueKind.Float32, ShapeOf(x.Shape, y.Shape, IsTransposed));
    }

    /// <summary>The shape of a product.</summary>
    /// <param name="x">The shape of the first matrices.</param>
    /// <param name="y">That of the second ones.</param>
    /// <param name="isTransposed">Whether these have rows and columns exchanged.</param>
    /// <exception cref="InvalidProgramGraphException">They do not fit.</exception>
    public static int[] ShapeOf(int[] x, int[] y, bool isTransposed)
    {
        Check(x.Length >= 2 && y.Length >= 2, "a matrix has two dimensions at least.");
        (int inner, int columns) = isTransposed ? (y[^1], y[^2]) : (y[^2], y[^1]);
        Check(x[^1] == inner, $"matrices of {x[^1]} columns and {inner} rows do not fit.");
        int[] shape = [.. Strided.Common(x.AsSpan()[..^2], y.AsSpan()[..^2]), x[^2], columns];
        _ = ValueInfo.CountOf(shape);
        return shape;
    }

    /// <summary>Where the matrices of each pair begin.</summary>
    /// <param name="x">The shape of the first matrices.</param>
    /// <param name="y">That of the second ones.</param>
    /// <param name="product">That of the products.</param>
    public static (int[] Firsts, int[] Seconds) Places(int[] x, int[] y, int[] product)
    {
        int[] pairs = [.. product[..^2], 1];
        return (Of(x), Of(y));

        int[] Of(int[] shape)
        {
            int size = shape[^1] * shape[^2];
            int[] strides = [.. Strided.Broadcast(shape.AsSpan()[..^2], pairs.AsSpan()[..^1]), 0];
            return Array.ConvertAll(Strided.Rows(pairs, strides), p => p * size);
        }
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
        (int[] firsts, int[] seconds) = Places(operands[0].Shape, operands[1].Shape, result.Shape);
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
