using System.Runtime.InteropServices;
using QDrop.Programs;

namespace QDrop.Operations;

/// <summary>
/// Values on the grid of the activation quantizer that <c>grid</c> names:
/// scale · (clamp(round(x / scale) + zero point, 0, top) − zero point). NaN becomes the least value.
/// </summary>
internal sealed class Quantization() : OperationKind("quantize", 1)
{
    /// <inheritdoc/>
    public override ValueInfo Infer(Operation operation, ReadOnlySpan<ValueInfo> operands)
    {
        ValueInfo x = Expect(operands, 0, ValueKind.Float32);
        var grid = (ActivationGrid)operation.Data!;
        Check(
            grid.Axis is not { } axis || (axis < x.Rank && x.Shape[axis] == grid.Scales.Length),
            $"grid '{grid.Name}' is for {grid.Scales.Length} channels.");
        return x;
    }

    /// <inheritdoc/>
    public override Kernel Plan(Operation operation, ValueInfo[] operands, ValueInfo result)
    {
        var grid = (ActivationGrid)operation.Data!;
        int channels = grid.Scales.Length, length = result.Count;
        if (grid.Axis is { } axis)
            length = ValueInfo.CountOf(result.Shape.AsSpan()[(axis + 1)..]);
        return frame =>
        {
            ReadOnlySpan<float> x = frame[0];
            Span<float> y = frame.Result;
            for (int start = 0, c = 0; start < x.Length; start += length, c = (c + 1) % channels)
            {
                float scale = grid.Scales[c], zero = grid.ZeroPoints[c];
                for (int i = start; i < start + length; i++)
                    y[i] = (Code(x[i], scale, zero, grid.Top) - zero) * scale;
            }
        };
    }

    /// <summary>The code of a value, as a number.</summary>
    internal static float Code(float x, float scale, float zero, float top)
    {
        float level = MathF.Round(x / scale) + zero;
        return level > 0 ? MathF.Min(level, top) : 0;
    }
}

/// <summary>
/// A constant: a tensor of the artifact (<c>tensor</c>), a number (<c>value</c>), or the weights or the bias of a
/// quantized layer (<c>weight</c>, <c>bias</c>).
/// </summary>
internal sealed class ConstantValue() : OperationKind("constant", 0)
{
    /// <summary>The contents of a constant.</summary>
    /// <exception cref="InvalidProgramGraphException">There is nothing of the name.</exception>
    public static Constant Of(Arguments with, ProgramData data)
    {
        if (with.Has("value"))
            return new(ValueKind.Float32, [], Bytes<float>([(float)with.Number("value")]));
        if (with.Has("integer"))
            return new(ValueKind.Int64, [], Bytes<long>([with.Integer("integer")]));
        if (with.Has("weight"))
        {
            LayerWeights layer = LayerOf(with.Text("weight"));
            return new(ValueKind.Float32, layer.Shape, Bytes<float>(layer.Dequantize()));
        }
        if (with.Has("bias"))
        {
            LayerWeights layer = LayerOf(with.Text("bias"));
            float[] bias = layer.Bias
                ?? throw new InvalidProgramGraphException($"layer '{layer.Name}' has no bias.");
            return new(ValueKind.Float32, [bias.Length], Bytes<float>(bias));
        }
        return data.Tensors.TryGetValue(with.Text("tensor"), out Constant? constant)
            ? constant
            : throw new InvalidProgramGraphException($"there is no tensor '{with.Text("tensor")}'.");

        LayerWeights LayerOf(string name) => data.Layers.TryGetValue(name, out LayerWeights? layer)
            ? layer
            : throw new InvalidProgramGraphException($"there is no quantized layer '{name}'.");
    }

    /// <inheritdoc/>
    public override ValueInfo Infer(Operation operation, ReadOnlySpan<ValueInfo> operands)
    {
        var constant = (Constant)operation.Data!;
        return new(constant.Kind, constant.Shape);
    }

    /// <inheritdoc/>
    public override Kernel Plan(Operation operation, ValueInfo[] operands, ValueInfo result) =>
        throw new InvalidOperationException("A constant is not computed.");

    private static byte[] Bytes<T>(ReadOnlySpan<T> values)
        where T : unmanaged => MemoryMarshal.AsBytes(values).ToArray();
}
