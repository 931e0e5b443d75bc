using QDrop.Graphs;
using QDrop.Programs;

namespace QDrop.Operators;

/// <summary>Layers with weights.</summary>
internal static class LayerOperators
{
    private const string Microsoft = "com.microsoft";
    private const int BlockSize = 128;

    /// <summary>Gets how they are written.</summary>
    public static IEnumerable<(string Name, Emitter Emit)> All =>
    [
        ("conv", Convolution),
        ("conv_transpose", static e => e.Node("ConvTranspose", [e.X, e[1], e[2]], Windows(e))),
        ("linear", Linear),
    ];

    private static (string, object)[] Windows(Emission e)
    {
        int dimensions = e.Info(0).Rank - 2;
        long[] padding = WindowOperators.Of(e, "padding", dimensions, 0);
        (string, object)[] attributes =
        [
            ("strides", WindowOperators.Of(e, "stride", dimensions, 1)),
            ("pads", padding.Concat(padding).ToArray()),
            ("dilations", WindowOperators.Of(e, "dilation", dimensions, 1)),
            ("group", e.With.Integer("groups", 1)),
            ("kernel_shape", e.Info(1).Shape[2..].Select(static s => (long)s).ToArray()),
        ];
        return e.With.Has("output_padding")
            ? [.. attributes, ("output_padding", WindowOperators.Of(e, "output_padding", dimensions, 0))]
            : attributes;
    }

    private static string Convolution(Emission e)
    {
        if (e.Writer.WeightsOf(e.Operation.Operands[1]) is not { } layer)
            return e.Node("Conv", [e.X, e[1], e[2]], Windows(e));
        ActivationGrid? grid = e.Writer.Plan.GridOf(e.Operation.Operands[0]);
        bool isInteger = grid is { Axis: null } && e.Writer.Plan.GivesCodes(e.Value);
        bool isExact = e.Writer.Options.IsExact;
        WrittenWeights weights = isInteger
            ? e.Writer.Weights.Write(layer, WeightForm.Convolution, e.Count > 2 && !isExact ? grid : null)
            : e.Writer.Weights.Write(layer, WeightForm.Plain);
        string bias = isInteger && !isExact ? Bias(e, layer, grid!, weights) : e[2];
        // A runtime that saw codes here would round the bias.
        bool isHidden = isExact && e.Count > 2 && e.Writer.Options.Weights == OnnxWeights.Int8;
        string x = isInteger && (isHidden || HasTwoBits(e, layer)) ? Hidden(e, grid!) : e.X;
        return e.Node("Conv", [x, weights.Name, bias], Windows(e));
    }

    /// <summary>ONNX Runtime takes weights of 2 bits for what it multiplies codes with, which then fails.</summary>
    private static bool HasTwoBits(Emission e, LayerWeights layer) =>
        e.Writer.Options.Weights == OnnxWeights.Int2 && layer.Bits == 2;

    /// <summary>
    /// The same values, which do not look like those of codes: none is less than the grid's least one.
    /// </summary>
    private static string Hidden(Emission e, ActivationGrid grid) =>
        e.Op("Max", e.X, e.Number((0 - grid.ZeroPoints[0]) * grid.Scales[0]));

    private static string Linear(Emission e)
    {
        if (e.Writer.WeightsOf(e.Operation.Operands[1]) is not { } layer)
            return Product(e, e.Node("Transpose", [e[1]], ("perm", new long[] { 1, 0 })));
        if (e.Writer.Options.MatMulNBits && layer.Bits is 2 or 4 && layer.Axis == 0)
            return InBlocks(e, layer);
        ActivationGrid? grid = e.Writer.Plan.GridOf(e.Operation.Operands[0]);
        bool hasTwoBits = HasTwoBits(e, layer), isInteger = grid is { Axis: null } && !hasTwoBits;
        int rank = e.Info(0).Rank;
        // ONNX Runtime makes a product of integers of a product of matrices, but not of one that is followed by a sum
        // if both have two dimensions. And it rounds activations of float32, unless the matrix stands as it does here;
        // with weights of 2 bits, what it then computes is wrong.
        bool isProduct = isInteger ? rank > 2 : !e.Writer.Options.Exact && !hasTwoBits;
        if (isProduct || (rank < 2 && !hasTwoBits))
            return Product(e, e.Writer.Weights.Write(layer, WeightForm.Transposed).Name);
        bool isBiasInteger = isInteger && e.Count > 2 && e.Writer.Plan.GivesCodes(e.Value)
            && !e.Writer.Options.IsExact;
        WrittenWeights weights = e.Writer.Weights.Write(layer, WeightForm.Plain, isBiasInteger ? grid : null);
        string bias = isBiasInteger ? Bias(e, layer, grid!, weights) : isInteger ? "" : e[2];
        string x = hasTwoBits && grid is { Axis: null } ? Hidden(e, grid) : e.X;
        x = rank == 2 ? x : e.Reshape(x, [-1, layer.Shape[1]]);
        string y = e.Node("Gemm", [x, weights.Name, bias], ("transB", 1L));
        if (bias.Length == 0 && e.Count > 2)
            y = e.Op("Add", y, e[2]);
        return rank == 2 ? y : e.Op("Reshape", y, ShapeOf(e));
    }

    private static string ShapeOf(Emission e)
    {
        int[] shape = e.Result.Shape;
        if (shape.Count(static s => s == SymbolicShapes.Unknown) <= 1)
            return e.Integers(shape);
        string rows = e.Node("Shape", [e.X], ("start", 0L), ("end", shape.Length - 1L));
        return e.Node("Concat", [rows, e.Integers(shape[^1])], ("axis", 0L));
    }

    private static string Product(Emission e, string transposed)
    {
        string y = e.Op("MatMul", e.X, transposed);
        return e.Count > 2 ? e.Op("Add", y, e[2]) : y;
    }

    private static string Bias(Emission e, LayerWeights layer, ActivationGrid grid, WrittenWeights weights) =>
        e.Count > 2 && e.Writer.ConstantOf(e.Operation.Operands[2]) is { } bias
            ? e.Writer.Weights.Bias($"{layer.Name}.bias", bias, grid.Scales[0], weights) ?? e[2]
            : e[2];

    /// <summary>ONNX Runtime's product with weights in blocks, each of which has a scale.</summary>
    private static string InBlocks(Emission e, LayerWeights layer)
    {
        int outputs = layer.Shape[0], inputs = layer.Shape[1], blocks = (inputs + BlockSize - 1) / BlockSize;
        int perByte = 8 / layer.Bits, blockBytes = BlockSize / perByte;
        byte[] packed = new byte[outputs * blocks * blockBytes];
        int zeroBytes = (blocks + perByte - 1) / perByte;
        byte[] zeros = new byte[outputs * zeroBytes];
        float[] scales = new float[outputs * blocks];
        for (int o = 0; o < outputs; o++)
        {
            byte zero = layer.ZeroPoints[o];
            for (int k = 0; k < blocks * BlockSize; k++)
            {
                // What is beyond the last input has the weight 0.
                byte level = k < inputs ? layer.Levels[(o * inputs) + k] : zero;
                packed[(o * blocks * blockBytes) + (k / perByte)] |= (byte)(level << (k % perByte * layer.Bits));
            }
            for (int b = 0; b < blocks; b++)
            {
                scales[(o * blocks) + b] = layer.Scales[o];
                zeros[(o * zeroBytes) + (b / perByte)] |= (byte)(zero << (b % perByte * layer.Bits));
            }
        }
        OnnxGraph graph = e.Graph;
        string[] operands =
        [
            e.X,
            graph.Tensor($"{layer.Name}.weight", ElementKind.UInt8, [outputs, blocks, blockBytes], packed),
            graph.Floats($"{layer.Name}.weight/scale", scales, outputs, blocks),
            graph.Tensor($"{layer.Name}.weight/zero_point", ElementKind.UInt8, [outputs, zeroBytes], zeros),
            "",
            e[2],
        ];
        return e.Foreign(
            Microsoft, "MatMulNBits", operands, ("K", (long)inputs), ("N", (long)outputs),
            ("bits", (long)layer.Bits), ("block_size", (long)BlockSize));
    }
}
