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
    private readonly Dictionary<int, string> _shapes = [];

    private OnnxGraph Graph => writer.Graph;

    /// <summary>Writes a quantizer of the program.</summary>
    public string Quantize(Emission e)
    {
        var grid = (ActivationGrid)e.Operation.Data!;
        if (writer.Options.Format == OnnxFormat.Qonnx)
            return Quant(e.X, grid, e.Info(0).Rank);
        (int source, byte low, byte high) = writer.Plan.SourceOf(e.Value);
        string x = writer.NameOf(source);
        if (grid.Axis is { } axis && grid.Bits < 8)
        {
            // Codes of one type can be clamped in one way only.
            int[] shape = [.. Enumerable.Repeat(1, e.Info(0).Rank)];
            shape[axis] = grid.Scales.Length;
            x = e.Op("Max", x, e.Floats(Values(grid, 0), shape));
            x = e.Op("Min", x, e.Floats(Values(grid, grid.Top), shape));
            (low, high) = (0, byte.MaxValue);
        }
        else if (grid.Axis is not null)
        {
            (low, high) = (0, byte.MaxValue);
        }
        return ToGrid(x, grid, low, high, source);
    }

    /// <summary>Writes a value on a grid of 8 bits that the program has in float32.</summary>
    public string Round(int value, string x, ActivationGrid grid) => ToGrid(x, grid, 0, byte.MaxValue, value);

    /// <summary>Writes that a value is on a grid, which it is already: elements of others were moved.</summary>
    public string Again(string x, ActivationGrid grid) => Dequantize(Codes(x, grid), grid);

    /// <summary>Notes that a value has another shape, which it gets after it is quantized.</summary>
    public void ReshapeLater(int value, string shape) => _shapes.Add(value, shape);

    /// <summary>Writes the weights of a layer as QONNX has them.</summary>
    public string Quant(LayerWeights layer)
    {
        string name = $"{layer.Name}.weight";
        string x = Graph.Floats($"{name}/values", layer.Dequantize(), layer.Shape);
        int middle = 1 << (layer.Bits - 1);
        bool isSigned = Array.TrueForAll(layer.ZeroPoints, z => z == middle);
        float[] zeros = [.. layer.ZeroPoints.Select(z => isSigned ? 0f : z)];
        bool isNarrow = isSigned && !layer.Levels.Contains((byte)0);
        return Quant(x, name, layer.Scales, zeros, layer.Bits, layer.Axis, layer.Shape.Length, isSigned, isNarrow);
    }

    private static float[] Values(ActivationGrid grid, int code) =>
        [.. grid.Scales.Zip(grid.ZeroPoints, (s, z) => s * (code - z))];

    private string Quant(string x, ActivationGrid grid, int rank) => Quant(
        x, grid.Name, grid.Scales, [.. grid.ZeroPoints.Select(static z => (float)z)], grid.Bits, grid.Axis, rank,
        isSigned: false, isNarrow: false);

    private string Quant(
        string x, string name, float[] scales, float[] zeros, int bits, int? axis, int rank, bool isSigned,
        bool isNarrow)
    {
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

    private string ToGrid(string x, ActivationGrid grid, byte low, byte high, int source)
    {
        string codes = Codes(x, grid);
        if (low > 0 || high < byte.MaxValue)
            codes = Graph.Node("Clip", [codes, Graph.Code(low), Graph.Code(high)], $"{grid.Name}/clamped", []);
        string y = Dequantize(codes, grid);
        return _shapes.TryGetValue(source, out string? shape)
            ? Again(Graph.Node("Reshape", [y, shape], $"{grid.Name}/shaped", []), grid)
            : y;
    }

    private string Codes(string x, ActivationGrid grid)
    {
        (string scale, string zero) = Of(grid);
        return Graph.Node("QuantizeLinear", [x, scale, zero], $"{grid.Name}/codes", Axis(grid));
    }

    private string Dequantize(string codes, ActivationGrid grid)
    {
        (string scale, string zero) = Of(grid);
        return Graph.Node("DequantizeLinear", [codes, scale, zero], grid.Name, Axis(grid));
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
