using QDrop.Kernels;
using QDrop.Operations;
using QDrop.Programs;

namespace QDrop.Integers;

/// <summary>The grids of a product of two matrices of codes.</summary>
/// <param name="One">The grid of the first matrix.</param>
/// <param name="Other">The grid of the second one.</param>
/// <param name="Result">The grid of the product; <see langword="null"/> where it is float32.</param>
internal sealed record ProductGrids(ActivationGrid One, ActivationGrid Other, ActivationGrid? Result);

/// <summary>
/// Products of matrices of codes, of as many pairs as the dimensions before the last two say. The second matrices are
/// there with rows and columns exchanged, or not.
/// </summary>
internal sealed class CodeMatrixProduct(string name) : OperationKind(name, 2)
{
    /// <summary>Name of a product.</summary>
    public const string Plain = "code_matmul";

    /// <summary>Name of a product with matrices whose rows and columns are exchanged.</summary>
    public const string Transposed = "code_matmul_transposed";

    private bool IsTransposed => Name == Transposed;

    /// <inheritdoc/>
    public override ValueInfo Infer(Operation operation, ReadOnlySpan<ValueInfo> operands)
    {
        var grids = (ProductGrids)operation.Data!;
        ValueInfo x = Expect(operands, 0, ValueKind.Codes), y = Expect(operands, 1, ValueKind.Codes);
        return new(
            grids.Result is null ? ValueKind.Float32 : ValueKind.Codes,
            MatrixProduct.ShapeOf(x.Shape, y.Shape, IsTransposed));
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
        var grids = (ProductGrids)operation.Data!;
        int rows = result.Shape[^2], columns = result.Shape[^1], inner = operands[0].Shape[^1];
        if (result.Count == 0)
            return new(static _ => { });
        (int[] firsts, int[] seconds) = MatrixProduct.Places(operands[0].Shape, operands[1].Shape, result.Shape);
        float[] multipliers = new float[columns];
        Array.Fill(multipliers, grids.One.Scales[0] * grids.Other.Scales[0]);
        var product = new CodeProduct(
            rows, inner, columns, grids.One.ZeroPoints[0], grids.Other.ZeroPoints[0], IsTransposed,
            new Epilogue(
                multipliers,
                [],
                grids.Result is { } grid
                    ? new OutputCodes([1 / grid.Scales[0]], [grid.ZeroPoints[0]], grid.Top)
                    : null));
        nint copy = product.CopyBytes, packed = (product.PackedBytes + 63) / 64 * 64;
        nint scratch = copy + packed + ((product.PackScratchBytes + 63) / 64 * 64);
        int tiles = product.TileCount, size = rows * columns * result.ElementSize;
        bool isShared = threads > 1 && firsts.Length > 1
            && Products(operation, operands, result) >= MatrixProduct.LeastShared;
        return new(frame =>
        {
            byte* own = (byte*)frame.Scratch + (frame.Part * scratch);
            (int first, int last) = frame.Share(firsts.Length);
            for (int pair = first; pair < last; pair++)
            {
                product.Prepare((byte*)frame.Address(0) + firsts[pair], own);
                product.Pack((byte*)frame.Address(1) + seconds[pair], own + copy, own + copy + packed);
                product.Run(own, own + copy, (byte*)frame.ResultAddress + ((nint)pair * size), 0, tiles);
            }
        })
        {
            Scratch = scratch * (isShared ? threads : 1),
            IsShared = isShared,
        };
    }
}
