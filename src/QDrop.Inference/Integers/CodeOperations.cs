using QDrop.Kernels;
using QDrop.Operations;
using QDrop.Programs;

namespace QDrop.Integers;

/// <summary>
/// Codes of a function of each element, or of the sum of two elements, of codes on grids of their own or of float32:
/// looked up, or computed as the values would be.
/// </summary>
/// <param name="Operands">The grids of the operands; none for float32.</param>
/// <param name="Function">What is computed of the sum, or of the value; <see langword="null"/> for nothing.</param>
/// <param name="Result">The grid of the result.</param>
internal sealed record CodeFunction(ActivationGrid[] Operands, UnaryFunction? Function, ActivationGrid Result)
{
    /// <summary>A grid as kernels take it.</summary>
    public static CodeGrid GridOf(ActivationGrid grid) => new(grid.Scales[0], grid.ZeroPoints[0], grid.Top);
}

/// <summary>Codes of values, or of a function of them, on a grid that is one for all of them.</summary>
internal sealed class ToCodes() : OperationKind("to_codes", 1)
{
    /// <summary>Elements that are computed at once: as many as stay in the first cache.</summary>
    private const int Chunk = 1024;

    private const int Line = 64;

    /// <inheritdoc/>
    public override ValueInfo Infer(Operation operation, ReadOnlySpan<ValueInfo> operands) =>
        Expect(operands, 0, ValueKind.Float32) with { Kind = ValueKind.Codes };

    /// <inheritdoc/>
    public override Kernel Plan(Operation operation, ValueInfo[] operands, ValueInfo result) =>
        Plan(operation, operands, result, 1).Kernel;

    /// <inheritdoc/>
    public override PlannedKernel Plan(Operation operation, ValueInfo[] operands, ValueInfo result, int threads)
    {
        var data = (CodeFunction)operation.Data!;
        CodeGrid grid = CodeFunction.GridOf(data.Result);
        Kernel kernel = data.Function is not { } function
            ? frame =>
            {
                (int start, int end) = frame.Share(result.Count, Line);
                ElementKernel.Quantize(frame[0][start..end], frame.ResultOf<byte>()[start..end], grid);
            }
        : frame =>
        {
            (int first, int last) = frame.Share(result.Count, Line);
            Span<float> values = stackalloc float[Chunk];
            for (int start = first; start < last; start += Chunk)
            {
                int end = Math.Min(start + Chunk, last);
                function(frame[0][start..end], values[..(end - start)]);
                ElementKernel.Quantize(values[..(end - start)], frame.ResultOf<byte>()[start..end], grid);
            }
        };
        return new(kernel) { IsShared = threads > 1 && result.Count >= PlannedKernel.LeastShared };
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
        CodeGrid grid = CodeFunction.GridOf((ActivationGrid)operation.Data!);
        return frame => ElementKernel.Dequantize(frame.Operand<byte>(0), frame.Result, grid);
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

/// <summary>Codes of a function of codes.</summary>
internal sealed class CodeTable() : OperationKind("code_table", 1)
{
    /// <inheritdoc/>
    public override ValueInfo Infer(Operation operation, ReadOnlySpan<ValueInfo> operands) =>
        Expect(operands, 0, ValueKind.Codes);

    /// <inheritdoc/>
    public override Kernel Plan(Operation operation, ValueInfo[] operands, ValueInfo result) =>
        Plan(operation, operands, result, 1).Kernel;

    /// <inheritdoc/>
    public override PlannedKernel Plan(Operation operation, ValueInfo[] operands, ValueInfo result, int threads)
    {
        var data = (CodeFunction)operation.Data!;
        float[] values = FromCodes.Table(data.Operands[0]);
        data.Function?.Invoke(values, values);
        ActivationGrid grid = data.Result;
        byte[] table = Array.ConvertAll(
            values, v => (byte)Quantization.Code(v, grid.Scales[0], grid.ZeroPoints[0], grid.Top));
        return new(frame =>
        {
            (int start, int end) = frame.Share(result.Count, 64);
            TableKernel.Map(table, frame.Operand<byte>(0)[start..end], frame.ResultOf<byte>()[start..end]);
        })
        {
            IsShared = threads > 1 && result.Count >= PlannedKernel.LeastShared,
        };
    }
}

/// <summary>Codes of the sum of codes, through ReLU or another function.</summary>
internal sealed class CodeSum() : OperationKind("code_sum", 2)
{
    private const int Chunk = 1024;

    /// <inheritdoc/>
    public override ValueInfo Infer(Operation operation, ReadOnlySpan<ValueInfo> operands)
    {
        ValueInfo x = Expect(operands, 0, ValueKind.Codes), y = Expect(operands, 1, ValueKind.Codes);
        Check(x.Shape.AsSpan().SequenceEqual(y.Shape), "the operands of a sum of codes have different shapes.");
        return x;
    }

    /// <inheritdoc/>
    public override Kernel Plan(Operation operation, ValueInfo[] operands, ValueInfo result) =>
        Plan(operation, operands, result, 1).Kernel;

    /// <inheritdoc/>
    public override PlannedKernel Plan(Operation operation, ValueInfo[] operands, ValueInfo result, int threads)
    {
        var data = (CodeFunction)operation.Data!;
        CodeGrid one = CodeFunction.GridOf(data.Operands[0]), other = CodeFunction.GridOf(data.Operands[1]),
            grid = CodeFunction.GridOf(data.Result);
        return new(frame =>
        {
            ReadOnlySpan<byte> a = frame.Operand<byte>(0), b = frame.Operand<byte>(1);
            Span<byte> codes = frame.ResultOf<byte>();
            Span<float> sums = stackalloc float[Chunk];
            (int first, int last) = frame.Share(result.Count, 64);
            for (int start = first; start < last; start += Chunk)
            {
                int end = Math.Min(start + Chunk, last);
                Span<float> part = sums[..(end - start)];
                ElementKernel.Add(a[start..end], b[start..end], part, one, other);
                data.Function?.Invoke(part, part);
                ElementKernel.Quantize(part, codes[start..end], grid);
            }
        })
        {
            IsShared = threads > 1 && result.Count >= PlannedKernel.LeastShared,
        };
    }
}
