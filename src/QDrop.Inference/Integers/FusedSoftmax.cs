using QDrop.Operations;
using QDrop.Programs;

namespace QDrop.Integers;

/// <summary>What is computed at once with a softmax.</summary>
/// <param name="Scale">What its operand is multiplied by.</param>
/// <param name="Grid">The grid of the result; <see langword="null"/> where it is float32.</param>
internal sealed record SoftmaxData(float Scale, ActivationGrid? Grid);

/// <summary>
/// A softmax along the last dimension, of the first operand times a scale, plus a second one, which is a mask: float32,
/// or codes.
/// </summary>
internal sealed class FusedSoftmax() : OperationKind("fused_softmax", 1, 2)
{
    /// <inheritdoc/>
    public override ValueInfo Infer(Operation operation, ReadOnlySpan<ValueInfo> operands)
    {
        ValueInfo x = Expect(operands, 0, ValueKind.Float32);
        if (operands.Length > 1)
        {
            ValueInfo mask = Expect(operands, 1, ValueKind.Float32);
            Check(IsMask(mask.Shape, x.Shape), "a mask does not fit what it is added to.");
        }
        return ((SoftmaxData)operation.Data!).Grid is null ? x : x with { Kind = ValueKind.Codes };
    }

    /// <summary>Whether rows of a shape can be added to those of another one.</summary>
    public static bool IsMask(int[] mask, int[] shape)
    {
        if (mask.Length == 0 || mask.Length > shape.Length || mask[^1] != shape[^1])
            return false;
        for (int d = 1; d <= mask.Length; d++)
        {
            if (mask[^d] != 1 && mask[^d] != shape[^d])
                return false;
        }
        return true;
    }

    /// <inheritdoc/>
    public override Kernel Plan(Operation operation, ValueInfo[] operands, ValueInfo result) =>
        Plan(operation, operands, result, 1).Kernel;

    /// <inheritdoc/>
    public override PlannedKernel Plan(Operation operation, ValueInfo[] operands, ValueInfo result, int threads)
    {
        var data = (SoftmaxData)operation.Data!;
        int[]? masks = operands.Length < 2
            ? null
            : Strided.Rows(result.Shape, Strided.Broadcast(operands[1].Shape, result.Shape));
        return Softmax.Rows(
            result, data.Scale, masks, data.Grid is { } grid ? CodeFunction.GridOf(grid) : null, threads);
    }
}
