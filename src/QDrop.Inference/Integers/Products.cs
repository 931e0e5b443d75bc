using QDrop.Kernels;
using QDrop.Operations;
using QDrop.Programs;

namespace QDrop.Integers;

/// <summary>A layer with what follows it, computed at once.</summary>
/// <param name="Weights">The quantized weights; <see langword="null"/> where they are float32.</param>
/// <param name="Floats">The weights, float32, where they are not quantized or the input is not.</param>
/// <param name="Shape">The weights' shape, <c>[out, in / groups, …]</c>.</param>
/// <param name="Bias">The bias, or none.</param>
/// <param name="Input">The grid of the input; <see langword="null"/> where it is float32.</param>
/// <param name="Residual">The grid of what is added; <see langword="null"/> where it is float32, or nothing.</param>
/// <param name="Result">The grid of the result; <see langword="null"/> where it stays float32.</param>
/// <param name="Low">The least value of the result.</param>
/// <param name="High">The greatest value of the result.</param>
/// <param name="AddsFloats">Whether something that is float32 is added.</param>
internal sealed record FusedLayer(
    LayerWeights? Weights,
    float[]? Floats,
    int[] Shape,
    float[]? Bias,
    ActivationGrid? Input,
    ActivationGrid? Residual,
    ActivationGrid? Result,
    float Low,
    float High,
    bool AddsFloats)
{
    /// <summary>Gets the kind of what is added, if anything is.</summary>
    public ValueKind ResidualKind => Residual is null ? ValueKind.Float32 : ValueKind.Codes;

    /// <summary>What is done with the sums.</summary>
    public Epilogue Epilogue()
    {
        int channels = Shape[0];
        float[] multipliers = new float[channels];
        for (int c = 0; c < channels; c++)
            multipliers[c] = Input is { } input && Weights is { } own ? input.Scales[0] * own.Scales[c] : 1;
        return new(
            multipliers,
            Bias ?? new float[channels],
            Result is { } grid
                ? new OutputCodes(
                    Array.ConvertAll(grid.Scales, static s => 1 / s),
                    Array.ConvertAll(grid.ZeroPoints, static z => (int)z),
                    grid.Top)
                : null,
            Residual is { } residual ? new ResidualCodes(residual.Scales[0], residual.ZeroPoints[0]) : null,
            Low,
            High)
        {
            AddsFloats = AddsFloats,
        };
    }
}

/// <summary>
/// A convolution of codes <c>[N, …, in]</c>, channels last, with its bias, what is added to it, and its activation
/// function: codes, or float32, <c>[N, …, out]</c>. The input may be float32 <c>[N, in, …]</c>.
/// </summary>
internal sealed class FusedConvolution() : OperationKind("fused_conv", 1, 2)
{
    /// <inheritdoc/>
    public override ValueInfo Infer(Operation operation, ReadOnlySpan<ValueInfo> operands)
    {
        var layer = (FusedLayer)operation.Data!;
        bool isLast = layer.Input is not null;
        ValueInfo x = Expect(operands, 0, isLast ? ValueKind.Codes : ValueKind.Float32);
        int dimensions = layer.Shape.Length - 2, groups = operation.Arguments.Int32("groups", 1);
        Check(x.Rank == layer.Shape.Length, $"an input has {x.Rank} dimensions; expected {layer.Shape.Length}.");
        var window = Window.Of(operation, dimensions, layer.Shape[2..]);
        int channels = isLast ? x.Shape[^1] : x.Shape[1];
        Check(
            groups > 0 && channels == (long)layer.Shape[1] * groups && layer.Shape[0] % groups == 0,
            $"an input has {channels} channels; expected {(long)layer.Shape[1] * groups}.");
        int[] sizes = isLast ? x.Shape[1..^1] : x.Shape[2..];
        Check(x.Count > 0 || x.Shape[0] == 0, "a convolution of nothing.");
        int[] shape = [x.Shape[0], .. window.Outputs(sizes), layer.Shape[0]];
        _ = ValueInfo.CountOf(shape);
        var result = new ValueInfo(layer.Result is null ? ValueKind.Float32 : ValueKind.Codes, shape);
        if (operands.Length > 1)
        {
            Check(
                Expect(operands, 1, layer.ResidualKind).Shape.AsSpan().SequenceEqual(shape),
                "what is added to a convolution has another shape.");
        }
        return result;
    }

    /// <inheritdoc/>
    public override long Products(Operation operation, ValueInfo[] operands, ValueInfo result) =>
        (long)result.Count * ValueInfo.CountOf(((FusedLayer)operation.Data!).Shape.AsSpan(1));

    /// <inheritdoc/>
    public override Kernel Plan(Operation operation, ValueInfo[] operands, ValueInfo result) =>
        Plan(operation, operands, result, 1).Kernel;

    /// <inheritdoc/>
    public override PlannedKernel Plan(Operation operation, ValueInfo[] operands, ValueInfo result, int threads)
    {
        var layer = (FusedLayer)operation.Data!;
        var window = Window.Of(operation, layer.Shape.Length - 2, layer.Shape[2..]);
        bool isLast = layer.Input is not null;
        int[] sizes = Window.Three(isLast ? operands[0].Shape.AsSpan()[1..^1] : operands[0].Shape.AsSpan(2), 1);
        int groups = operation.Arguments.Int32("groups", 1), samples = operands[0].Shape[0];
        Extents padding = ExtentsOf(window.Padding);
        var geometry = new ConvolutionGeometry(
            layer.Shape[1] * groups, layer.Shape[0], ExtentsOf(sizes), ExtentsOf(window.Kernel))
        {
            Groups = groups,
            Stride = ExtentsOf(window.Stride),
            Dilation = ExtentsOf(window.Dilation),
            PadBefore = padding,
            PadAfter = padding,
        };
        return Fused.Plan(layer, geometry, samples, operands, result, threads);
    }

    private static Extents ExtentsOf(int[] three) => new(three[0], three[1], three[2]);
}

/// <summary>
/// A linear layer of codes <c>[…, in]</c>, with its bias, what is added to it, and its activation function: codes, or
/// float32, <c>[…, out]</c>.
/// </summary>
internal sealed class FusedLinear() : OperationKind("fused_linear", 1, 2)
{
    /// <inheritdoc/>
    public override ValueInfo Infer(Operation operation, ReadOnlySpan<ValueInfo> operands)
    {
        var layer = (FusedLayer)operation.Data!;
        ValueInfo x = Expect(operands, 0, ValueKind.Codes);
        Check(x.Rank >= 1 && x.Shape[^1] == layer.Shape[1], $"an input has not {layer.Shape[1]} elements in a row.");
        int[] shape = [.. x.Shape[..^1], layer.Shape[0]];
        _ = ValueInfo.CountOf(shape);
        if (operands.Length > 1)
        {
            Check(
                Expect(operands, 1, layer.ResidualKind).Shape.AsSpan().SequenceEqual(shape),
                "what is added to a linear layer has another shape.");
        }
        return new(layer.Result is null ? ValueKind.Float32 : ValueKind.Codes, shape);
    }

    /// <inheritdoc/>
    public override long Products(Operation operation, ValueInfo[] operands, ValueInfo result) =>
        (long)result.Count * operands[0].Shape[^1];

    /// <inheritdoc/>
    public override Kernel Plan(Operation operation, ValueInfo[] operands, ValueInfo result) =>
        Plan(operation, operands, result, 1).Kernel;

    /// <inheritdoc/>
    public override PlannedKernel Plan(Operation operation, ValueInfo[] operands, ValueInfo result, int threads)
    {
        var layer = (FusedLayer)operation.Data!;
        int rows = operands[0].Count / layer.Shape[1];
        if (rows == 0)
            return new(static _ => { });
        return Fused.Plan(
            layer, ConvolutionGeometry.Linear(rows, layer.Shape[1], layer.Shape[0]), 1, operands, result, threads);
    }
}

