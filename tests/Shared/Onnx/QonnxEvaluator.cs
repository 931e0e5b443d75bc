using Google.Protobuf;
using Onnx;
using QDrop.Programs;

namespace QDrop.Tests.Onnx;

/// <summary>
/// Runs QONNX models node by node: <c>Quant</c> by its definition, ONNX's own operators by ONNX Runtime, each as a model
/// of its own.
/// </summary>
internal static class QonnxEvaluator
{
    private const string Domain = "qonnx.custom_op.general";

    /// <summary>The outputs of a model.</summary>
    public static IReadOnlyList<Constant> Run(ModelProto model, IReadOnlyList<Constant> inputs)
    {
        var values = new Dictionary<string, Constant>(StringComparer.Ordinal);
        foreach (TensorProto tensor in model.Graph.Initializer)
        {
            int[] shape = [.. tensor.Dims.Select(static d => (int)d)];
            ValueKind kind = tensor.DataType switch
            {
                1 => ValueKind.Float32,
                7 => ValueKind.Int64,
                9 => ValueKind.Bool,
                var other => throw new NotSupportedException($"A tensor has elements of type {other}."),
            };
            values.Add(tensor.Name, new(kind, shape, tensor.RawData.ToByteArray()));
        }
        for (int i = 0; i < inputs.Count; i++)
            values.Add(model.Graph.Input[i].Name, inputs[i]);
        long version = model.OpsetImport.Single(static o => o.Domain.Length == 0).Version;
        foreach (NodeProto node in model.Graph.Node)
        {
            string[] names = [.. node.Input.Where(static n => n.Length > 0)];
            Constant[] operands = [.. names.Select(n => values[n])];
            values.Add(
                node.Output.Single(),
                node.Domain == Domain
                    ? QuantOperator.Run(node, operands)
                    : RunAlone(node, names, operands, version));
        }
        return [.. model.Graph.Output.Select(o => values[o.Name])];
    }

    private static Constant RunAlone(NodeProto node, string[] names, Constant[] operands, long version)
    {
        var graph = new GraphProto { Name = "node" };
        graph.Node.Add(node);
        string[] distinct = [.. names.Distinct()];
        Constant[] inputs = [.. distinct.Select(n => operands[Array.IndexOf(names, n)])];
        for (int i = 0; i < distinct.Length; i++)
        {
            var shape = new TensorShapeProto();
            shape.Dim.Add(inputs[i].Shape.Select(static s => new TensorShapeProto.Types.Dimension { DimValue = s }));
            int type = inputs[i].Kind switch { ValueKind.Float32 => 1, ValueKind.Int64 => 7, _ => 9 };
            graph.Input.Add(new ValueInfoProto
            {
                Name = distinct[i],
                Type = new() { TensorType = new() { ElemType = type, Shape = shape } },
            });
        }
        graph.Output.Add(new ValueInfoProto { Name = node.Output[0] });
        var model = new ModelProto { Graph = graph, IrVersion = 8 };
        model.OpsetImport.Add(new OperatorSetIdProto { Version = version });
        return OnnxRunner.Run(model.ToByteArray(), inputs).Single();
    }
}
