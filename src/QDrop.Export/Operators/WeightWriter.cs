using System.Runtime.InteropServices;
using QDrop.Graphs;
using QDrop.Programs;

namespace QDrop.Operators;

/// <summary>Writes weights, and the biases that belong to them.</summary>
/// <param name="graph">Receives them.</param>
/// <param name="options">How they are to be written.</param>
internal sealed class WeightWriter(OnnxGraph graph, OnnxOptions options)
{
    /// <summary>
    /// What two products of an activation and a weight add up to at most: some processors add pairs in 16 bits.
    /// </summary>
    private const int MostOfPair = short.MaxValue;

    private readonly Dictionary<(string Layer, WeightForm Form, int Factor), WrittenWeights> _written = [];

    /// <summary>Writes weights as whole numbers with a scale for each channel.</summary>
    /// <param name="layer">The weights.</param>
    /// <param name="form">How they are used.</param>
    /// <param name="grid">
    /// The grid of what they are multiplied with, where a bias is added in integers, in multiples of the products' scale;
    /// <see langword="null"/> where none is.
    /// </param>
    public WrittenWeights Write(LayerWeights layer, WeightForm form, ActivationGrid? grid = null)
    {
        int factor = grid is null || options.Weights != OnnxWeights.Int8 ? 1 : Factor(layer, grid);
        (string, WeightForm, int) key = (layer.Name, form, factor);
        if (!_written.TryGetValue(key, out WrittenWeights? written))
            _written.Add(key, written = Make(layer, form, factor));
        return written;
    }

    /// <summary>
    /// The rows of a table, one for each index. Only these are multiplied by their scales, not the whole table.
    /// </summary>
    public string Rows(Emission e, LayerWeights table, string indices)
    {
        string name = $"{table.Name}.weight";
        bool isSigned = Fits(table);
        byte[] rows = isSigned ? Signed(table, static z => z) : table.Levels;
        string codes = graph.Tensor(name, isSigned ? ElementKind.Int8 : ElementKind.UInt8, table.Shape, rows);
        int[] column = [table.Shape[0], .. Enumerable.Repeat(1, table.Shape.Length - 1)];
        string y = e.Cast(e.Node("Gather", [codes, indices], ("axis", 0L)), ElementKind.Float32);
        if (!isSigned)
        {
            float[] zeros = [.. table.ZeroPoints.Select(static z => (float)z)];
            string zero = graph.Floats($"{name}/zero_point", zeros, column);
            y = e.Op("Sub", y, e.Node("Gather", [zero, indices], ("axis", 0L)));
        }
        string scale = graph.Floats($"{name}/scale", table.Scales, column);
        return e.Op("Mul", y, e.Node("Gather", [scale, indices], ("axis", 0L)));
    }

    /// <summary>
    /// A bias as whole numbers of 32 bits, in multiples of the products' scale: it is rounded to what a sum of products
    /// can be. <see langword="null"/> where one does not fit.
    /// </summary>
    public string? Bias(string name, float[] bias, float inputScale, WrittenWeights weights)
    {
        float[] scales = [.. weights.Scales.Select(s => s * inputScale)];
        int[] levels = new int[bias.Length];
        for (int c = 0; c < bias.Length; c++)
        {
            double level = Math.Round((double)bias[c] / scales[c]);
            if (!(Math.Abs(level) < int.MaxValue / 2))
                return null;
            levels[c] = (int)level;
        }
        string integers = graph.Tensor(
            $"{name}/integers", ElementKind.Int32, [bias.Length], MemoryMarshal.AsBytes<int>(levels));
        string scale = graph.Floats($"{name}/scale", scales, scales.Length);
        return graph.Node("DequantizeLinear", [integers, scale], name, [("axis", 0L)]);
    }

    /// <summary>
    /// By how much few levels can be multiplied to have 8 bits. The scale is as much smaller, which changes nothing but
    /// the bias: it is rounded to multiples of a smaller number.
    /// </summary>
    private static int Factor(LayerWeights layer, ActivationGrid grid)
    {
        int greatest = Ranges(layer).Max(static r => Math.Max(-r.Least, r.Greatest));
        int most = Math.Min(sbyte.MaxValue, MostOfPair / 2 / grid.Top), factor = 1;
        while (greatest > 0 && greatest * factor * 2 <= most)
            factor *= 2;
        return factor;
    }

    private static bool Fits(LayerWeights layer) => Ranges(layer).All(static r => r.Least >= -128 && r.Greatest <= 127);

    /// <summary>What the levels of each channel are beside its zero point.</summary>
    private static (int Least, int Greatest)[] Ranges(LayerWeights layer)
    {
        var ranges = new (int Least, int Greatest)[layer.Scales.Length];
        int behind = layer.Shape.Skip(layer.Axis + 1).Aggregate(1, static (a, b) => a * b);
        for (int i = 0; i < layer.Levels.Length; i++)
        {
            int c = i / behind % ranges.Length, level = layer.Levels[i] - layer.ZeroPoints[c];
            ranges[c] = (Math.Min(ranges[c].Least, level), Math.Max(ranges[c].Greatest, level));
        }
        return ranges;
    }

    private static byte[] Signed(LayerWeights layer, Func<int, int> zeroPoint)
    {
        byte[] signed = new byte[layer.Levels.Length];
        int behind = layer.Shape.Skip(layer.Axis + 1).Aggregate(1, static (a, b) => a * b);
        for (int i = 0; i < signed.Length; i++)
            signed[i] = (byte)(sbyte)(layer.Levels[i] - zeroPoint(layer.ZeroPoints[i / behind % layer.Scales.Length]));
        return signed;
    }

    private WrittenWeights Make(LayerWeights layer, WeightForm form, int factor)
    {
        bool isTransposed = form == WeightForm.Transposed;
        int axis = isTransposed ? 1 - layer.Axis : layer.Axis;
        int[] shape = isTransposed ? [layer.Shape[1], layer.Shape[0]] : layer.Shape;
        string name = $"{layer.Name}.weight";
        float[] scales = [.. layer.Scales.Select(s => s / factor)];
        int packed = options.Weights == OnnxWeights.Int2 && layer.Bits == 2 ? 2
            : options.Weights != OnnxWeights.Int8 && layer.Bits <= 4 ? 4 : 8;
        ElementKind kind = packed switch { 2 => ElementKind.UInt2, 4 => ElementKind.UInt4, _ => ElementKind.Int8 };
        byte[] levels, zeroPoints = new byte[scales.Length];
        if (packed < 8)
        {
            (levels, zeroPoints) = (layer.Levels, layer.ZeroPoints);
        }
        else if (Fits(layer))
        {
            levels = [.. Signed(layer, static z => z).Select(l => (byte)((sbyte)l * factor))];
        }
        else if (form == WeightForm.Convolution && !options.Exact)
        {
            (levels, scales) = Rounded(layer);
        }
        else
        {
            levels = Signed(layer, static _ => 128);
            zeroPoints = [.. layer.ZeroPoints.Select(static z => (byte)(sbyte)(z - 128))];
        }
        string tensor = graph.Tensor($"{name}/integers", kind, shape, Pack(Turn(levels), packed));
        string scale = graph.Floats($"{name}/scale", scales, scales.Length);
        // ONNX Runtime multiplies matrices in integers only where a zero point is there, even if it is 0.
        string zero = graph.Tensor($"{name}/zero_point", kind, [scales.Length], Pack(zeroPoints, packed));
        return new(graph.Node("DequantizeLinear", [tensor, scale, zero], name, [("axis", (long)axis)]), scales);

        byte[] Turn(byte[] levels)
        {
            if (!isTransposed)
                return levels;
            byte[] turned = new byte[levels.Length];
            for (int i = 0; i < levels.Length; i++)
                turned[(i % shape[0] * shape[1]) + (i / shape[0])] = levels[i];
            return turned;
        }
    }

    /// <summary>Rounds the channels whose weights are too far from their zero points to 255 levels around 0.</summary>
    private static (byte[] Levels, float[] Scales) Rounded(LayerWeights layer)
    {
        (int Least, int Greatest)[] ranges = Ranges(layer);
        double[] factors =
        [
            .. ranges.Select(static r => r.Least >= -128 && r.Greatest <= 127
                ? 1
                : Math.Max(-r.Least, r.Greatest) / 127.0),
        ];
        byte[] levels = new byte[layer.Levels.Length];
        int behind = layer.Shape.Skip(layer.Axis + 1).Aggregate(1, static (a, b) => a * b);
        for (int i = 0; i < levels.Length; i++)
        {
            int c = i / behind % factors.Length;
            levels[i] = (byte)(sbyte)Math.Round((layer.Levels[i] - layer.ZeroPoints[c]) / factors[c]);
        }
        return (levels, [.. layer.Scales.Zip(factors, static (s, f) => (float)(s * f))]);
    }

    /// <summary>Levels of 2, 4 or 8 bits, the first one in the lowest bits.</summary>
    private static byte[] Pack(byte[] levels, int bits)
    {
        int perByte = 8 / bits;
        byte[] packed = new byte[(levels.Length + perByte - 1) / perByte];
        for (int i = 0; i < levels.Length; i++)
            packed[i / perByte] |= (byte)(levels[i] << (i % perByte * bits));
        return packed;
    }
}
