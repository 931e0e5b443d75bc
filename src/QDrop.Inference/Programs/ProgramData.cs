namespace QDrop.Programs;

/// <summary>A layer's quantized weights: weight = scale · (level − zero point) of its channel.</summary>
/// <param name="Name">The layer's name in the model.</param>
/// <param name="Bits">Bits of a weight, 2 to 8.</param>
/// <param name="Shape">The weights' shape.</param>
/// <param name="Axis">The dimension of the shape that counts channels.</param>
/// <param name="Levels">The levels, row-major.</param>
/// <param name="Scales">Scales of the channels, above 0.</param>
/// <param name="ZeroPoints">Zero points of the channels.</param>
/// <param name="Bias">The bias, or none.</param>
internal sealed record LayerWeights(
    string Name,
    int Bits,
    int[] Shape,
    int Axis,
    byte[] Levels,
    float[] Scales,
    byte[] ZeroPoints,
    float[]? Bias)
{
    /// <summary>The weights, float32.</summary>
    public float[] Dequantize()
    {
        int behind = 1;
        for (int d = Axis + 1; d < Shape.Length; d++)
            behind *= Shape[d];
        float[] weights = new float[Levels.Length];
        for (int i = 0; i < weights.Length; i++)
        {
            int channel = i / behind % Scales.Length;
            weights[i] = (Levels[i] - ZeroPoints[channel]) * Scales[channel];
        }
        return weights;
    }
}

/// <summary>The grid of activations: value = scale · (code − zero point), for all or in each channel.</summary>
/// <param name="Name">The quantizer's name in the model.</param>
/// <param name="Bits">Bits of a code, 2 to 8.</param>
/// <param name="Scales">The scale, or one for each channel.</param>
/// <param name="ZeroPoints">The zero point, or one for each channel.</param>
/// <param name="Axis">The dimension that counts channels; <see langword="null"/> where one grid is for all.</param>
internal sealed record ActivationGrid(string Name, int Bits, float[] Scales, byte[] ZeroPoints, int? Axis)
{
    /// <summary>Gets the highest code.</summary>
    public int Top => (1 << Bits) - 1;
}

/// <summary>A constant.</summary>
/// <param name="Kind">What its elements are.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Bytes">Its elements, row-major.</param>
internal sealed record Constant(ValueKind Kind, int[] Shape, byte[] Bytes)
{
    /// <summary>Whether another one has the same kind, shape and elements.</summary>
    public bool HasSame(Constant other) =>
        Kind == other.Kind && Shape.AsSpan().SequenceEqual(other.Shape) && Bytes.AsSpan().SequenceEqual(other.Bytes);

    /// <summary>Whether the elements are the same for each index of a dimension.</summary>
    public bool IsUniform(int dimension)
    {
        (int before, int size, int behind) = Around(dimension);
        for (int i = 0; i < before; i++)
        {
            ReadOnlySpan<byte> part = Bytes.AsSpan(i * size * behind, size * behind);
            for (int k = 1; k < size; k++)
            {
                if (!part.Slice(k * behind, behind).SequenceEqual(part[..behind]))
                    return false;
            }
        }
        return size > 0;
    }

    /// <summary>The elements that have one of the first indices of a dimension.</summary>
    public Constant Leading(int dimension, int count)
    {
        (int before, int size, int behind) = Around(dimension);
        byte[] bytes = new byte[before * count * behind];
        for (int i = 0; i < before; i++)
            Bytes.AsSpan(i * size * behind, count * behind).CopyTo(bytes.AsSpan(i * count * behind));
        int[] shape = [.. Shape];
        shape[dimension] = count;
        return new(Kind, shape, bytes);
    }

    /// <summary>How many parts a dimension is in, its size, and the bytes behind each index.</summary>
    private (int Before, int Size, int Behind) Around(int dimension) => (
        ValueInfo.CountOf(Shape.AsSpan(0, dimension)), Shape[dimension],
        ValueInfo.CountOf(Shape.AsSpan(dimension + 1)) * new ValueInfo(Kind, []).ElementSize);
}

/// <summary>What a program names: the contents of the artifact that it stands in.</summary>
/// <param name="Layers">Quantized weights by the name of their layer.</param>
/// <param name="Grids">Grids by the name of their quantizer.</param>
/// <param name="Tensors">Other tensors by their name in the artifact.</param>
internal sealed record ProgramData(
    IReadOnlyDictionary<string, LayerWeights> Layers,
    IReadOnlyDictionary<string, ActivationGrid> Grids,
    IReadOnlyDictionary<string, Constant> Tensors)
{
    /// <summary>Gets where the artifact comes from: its settings, method, hashes and versions, by name.</summary>
    public IReadOnlyList<(string Name, string Value)> Origin { get; init; } = [];

    /// <summary>The same with more tensors.</summary>
    public ProgramData With(IReadOnlyDictionary<string, Constant> tensors) =>
        this with { Tensors = Tensors.Concat(tensors).ToDictionary(StringComparer.Ordinal) };
}
