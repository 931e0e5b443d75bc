using System.Runtime.InteropServices;
using Google.Protobuf;
using Onnx;

namespace QDrop.InferenceBenchmarks.Graphs;

/// <summary>
/// ONNX Runtime's dynamic quantization of a float32 model: weights of matrix products are int8, one scale for each
/// matrix; their inputs are quantized at run time, by <c>DynamicQuantizeLinear</c>, to <c>MatMulInteger</c>.
/// </summary>
internal static class DynamicModel
{
    private const int Float32 = 1, Int8 = 3;

    /// <summary>Rewrites a model.</summary>
    /// <param name="from">File of the float32 model.</param>
    /// <param name="to">Receives the other one.</param>
    /// <returns>How many products there are.</returns>
    public static int Write(string from, string to)
    {
        ModelProto model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(from));
        GraphProto graph = model.Graph;
        var weights = graph.Initializer.ToDictionary(static t => t.Name);
        var transposed = graph.Node
            .Where(n => n.OpType == "Transpose" && weights.ContainsKey(n.Input[0]))
            .ToDictionary(static n => n.Output[0], static n => n.Input[0]);
        NodeProto[] nodes = [.. graph.Node];
        graph.Node.Clear();
        var quantized = new HashSet<string>();
        int products = 0;
        foreach (NodeProto node in nodes)
        {
            bool isTransposed = node.OpType == "MatMul" && transposed.ContainsKey(node.Input[1]);
            string name = isTransposed ? transposed[node.Input[1]] : node.OpType == "MatMul" ? node.Input[1] : "";
            if (!weights.TryGetValue(name, out TensorProto? weight) || weight.Dims.Count != 2)
            {
                graph.Node.Add(node);
                continue;
            }
            string x = node.Input[0], y = node.Output[0];
            float scale = AddWeight(graph, weight, isTransposed, y);
            if (quantized.Add(x))
                Add(graph, "DynamicQuantizeLinear", [x], [$"{x}/q", $"{x}/s", $"{x}/z"]);
            graph.Initializer.Add(new TensorProto
            {
                Name = $"{y}/weight_scale",
                DataType = Float32,
                RawData = ByteString.CopyFrom(BitConverter.GetBytes(scale)),
            });
            Add(graph, "MatMulInteger", [$"{x}/q", $"{y}/weight", $"{x}/z", $"{y}/weight_zero"], [$"{y}/sums"]);
            Add(graph, "Cast", [$"{y}/sums"], [$"{y}/float"]).Attribute.Add(new AttributeProto
            {
                Name = "to",
                Type = AttributeProto.Types.AttributeType.Int,
                I = Float32,
            });
            Add(graph, "Mul", [$"{x}/s", $"{y}/weight_scale"], [$"{y}/scale"]);
            Add(graph, "Mul", [$"{y}/float", $"{y}/scale"], [y]);
            products++;
        }
        File.WriteAllBytes(to, model.ToByteArray());
        return products;
    }

    private static float AddWeight(GraphProto graph, TensorProto weight, bool isTransposed, string name)
    {
        float[] values = weight.RawData.Length > 0
            ? MemoryMarshal.Cast<byte, float>(weight.RawData.Span).ToArray()
            : [.. weight.FloatData];
        int rows = (int)weight.Dims[0], columns = (int)weight.Dims[1];
        float scale = Math.Max(values.Max(MathF.Abs) / sbyte.MaxValue, float.Epsilon);
        byte[] levels = new byte[values.Length];
        for (int r = 0; r < rows; r++)
        {
            for (int c = 0; c < columns; c++)
            {
                int place = isTransposed ? (c * rows) + r : (r * columns) + c;
                levels[place] = (byte)(sbyte)MathF.Round(values[(r * columns) + c] / scale);
            }
        }
        var tensor = new TensorProto
        {
            Name = $"{name}/weight",
            DataType = Int8,
            RawData = ByteString.CopyFrom(levels),
        };
        tensor.Dims.AddRange(isTransposed ? [columns, rows] : [rows, columns]);
        graph.Initializer.Add(tensor);
        graph.Initializer.Add(new TensorProto
        {
            Name = $"{name}/weight_zero",
            DataType = Int8,
            RawData = ByteString.CopyFrom([0]),
        });
        return scale;
    }

    private static NodeProto Add(GraphProto graph, string type, string[] inputs, string[] outputs)
    {
        var node = new NodeProto { OpType = type, Name = outputs[0] };
        node.Input.AddRange(inputs);
        node.Output.AddRange(outputs);
        graph.Node.Add(node);
        return node;
    }
}
