using QDrop.Graphs;
using QDrop.Programs;

namespace QDrop.Operators;

/// <summary>Writes quantizers of activations.</summary>
/// <param name="writer">Writes the program.</param>
internal sealed class GridWriter(ProgramWriter writer)
{
    private const string Qonnx = "qonnx.custom_op.general";

    private readonly Dictionary<ActivationGrid, (string Scale, string ZeroPoint)> _grids =
        new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, string> _codes = new(StringComparer.Ordinal);

    private OnnxGraph Graph => writer.Graph;

    /// <summary>Writes a quantizer of the program.</summary>
    public string Quantize(Emission e)
    {
        var grid = (ActivationGrid)e.Operation.Data!;
        if (writer.Options.Format == OnnxFormat.Qonnx)
            return Quant(e.X, grid, e.Info(0).Rank);
        (int source, _, _) = writer.Plan.SourceOf(e.Value);
        string x = writer.NameOf(source);
        return writer.Plan.IsDelayed(e.Value, out _) ? x : Quantize(x, e.Value, grid);
    }

    /// <summary>Writes a quantizer after the maximum over windows that takes its result.</summary>
    /// <param name="x">The maximum of what is quantized.</param>
    /// <param name="quantizer">The quantizer's value.</param>
    public string Delayed(string x, int quantizer) =>
        Quantize(x, quantizer, (ActivationGrid)writer.MakerOf(quantizer)!.Data!);

    /// <summary>Writes a value on a grid of 8 bits that the program has in float32.</summary>
    public string Round(string x, ActivationGrid grid) => ToGrid(x, grid, 0, byte.MaxValue);

    /// <summary>Whether a value was made of codes.</summary>
    public bool IsOnGrid(string name) => _codes.ContainsKey(name);

    /// <summary>The codes that a value was made of.</summary>
    public string CodesOf(string name) => _codes[name];

    /// <summary>Notes that a value has another name.</summary>
    public void Rename(string name, string other)
    {
        if (_codes.Remove(name, out string? codes))
            _codes.Add(other, codes);
    }

    /// <summary>Writes the values of codes.</summary>
    public string ValuesOf(string codes, ActivationGrid grid) => Dequantize(codes, grid);

    /// <summary>Writes that a value is on a grid, which it is already: elements of others were moved.</summary>
    public string Again(string x, ActivationGrid grid) => Dequantize(Codes(x, grid), grid);

    /// <summary>Writes the weights of a layer as QONNX has them.</summary>
    public string Quant(LayerWeights layer)
    {
        string name = $"{layer.Name}.weight";
        string x = Graph.Floats($"{name}/values", layer.Dequantize(), layer.Shape);
        bool isSigned = IsSigned(layer.ZeroPoints, layer.Bits);
        bool isNarrow = isSigned && !layer.Levels.Contains((byte)0);
        return Quant(
            x, name, layer.Scales, layer.ZeroPoints, layer.Bits, layer.Axis, layer.Shape.Length, isSigned, isNarrow);
    }

    private static bool IsSigned(byte[] zeroPoints, int bits) => Array.TrueForAll(zeroPoints, z => z == 1 << (bits - 1));

    private static float[] Values(ActivationGrid grid, int code) =>
        [.. grid.Scales.Zip(grid.ZeroPoints, (s, z) => s * (code - z))];

    private string Quant(string x, ActivationGrid grid, int rank) => Quant(
        x, grid.Name, grid.Scales, grid.ZeroPoints, grid.Bits, grid.Axis, rank,
        isSigned: IsSigned(grid.ZeroPoints, grid.Bits), isNarrow: false);

    private string Quant(
        string x,
        string name,
        float[] scales,
        byte[] zeroPoints,
        int bits,
        int? axis,
        int rank,
        bool isSigned,
        bool isNarrow)
    {
        float[] zeros = [.. zeroPoints.Select(z => isSigned ? 0f : z)];
        int[] shape = axis is null ? [] : [.. Enumerable.Range(0, rank).Select(d => d == axis ? scales.Length : 1)];
        // One number for all where all are the same, as hardware wants it.
        if (scales.Distinct().Count() == 1 && zeros.Distinct().Count() == 1)
            (scales, zeros, shape) = ([scales[0]], [zeros[0]], []);
        return Graph.Node(
            "Quant",
            [
                x, Graph.Floats($"{name}/scale", scales, shape), Graph.Floats($"{name}/zero_point", zeros, shape),
                Graph.Number(bits),
            ],
            name,
            [("signed", isSigned ? 1L : 0L), ("narrow", isNarrow ? 1L : 0L), ("rounding_mode", "ROUND")],
            Qonnx);
    }

    private string Quantize(string x, int value, ActivationGrid grid)
    {
        (int source, byte low, byte high) = writer.Plan.SourceOf(value);
        if (grid.Axis is not { } axis)
            return ToGrid(x, grid, low, high);
        if (grid.Bits == 8)
            return ToGrid(x, grid, 0, byte.MaxValue);
        // Codes of one type can be clamped in one way only.
        int[] shape = [.. Enumerable.Repeat(1, writer.Shapes[source].Rank)];
        shape[axis] = grid.Scales.Length;
        x = Graph.Node("Max", [x, Graph.Floats($"{grid.Name}/least", Values(grid, 0), shape)], $"{grid.Name}/max", []);
        x = Graph.Node(
            "Min", [x, Graph.Floats($"{grid.Name}/greatest", Values(grid, grid.Top), shape)], $"{grid.Name}/min", []);
        return ToGrid(x, grid, 0, byte.MaxValue);
    }

    private string ToGrid(string x, ActivationGrid grid, byte low, byte high)
    {
        string codes = Codes(x, grid);
        if (low > 0 || high < byte.MaxValue)
            codes = Graph.Node("Clip", [codes, Graph.Code(low), Graph.Code(high)], $"{grid.Name}/clamped", []);
        return Dequantize(codes, grid);
    }

    private string Codes(string x, ActivationGrid grid)
    {
        (string scale, string zero) = Of(grid);
        return Graph.Node("QuantizeLinear", [x, scale, zero], $"{grid.Name}/codes", Axis(grid));
    }

    private string Dequantize(string codes, ActivationGrid grid)
    {
        (string scale, string zero) = Of(grid);
        string values = Graph.Node("DequantizeLinear", [codes, scale, zero], grid.Name, Axis(grid));
        _codes.Add(values, codes);
        return values;
    }

    private static (string, object)[] Axis(ActivationGrid grid) => grid.Axis is { } axis ? [("axis", (long)axis)] : [];

    private (string Scale, string ZeroPoint) Of(ActivationGrid grid)
    {
        if (!_grids.TryGetValue(grid, out (string Scale, string ZeroPoint) names))
        {
            int[] shape = grid.Axis is null ? [] : [grid.Scales.Length];
            names = (
                Graph.Floats($"{grid.Name}/scale", grid.Scales, shape),
                Graph.Tensor($"{grid.Name}/zero_point", ElementKind.UInt8, shape, grid.ZeroPoints));
            _grids.Add(grid, names);
        }
        return names;
    }
}
