using Onnx;

namespace QDrop.Operators;

/// <summary>The version of ONNX's operators that a graph needs: compilers for hardware know old ones.</summary>
internal static class OperatorVersions
{
    private const int Least = 13;

    /// <summary>The operators that are younger, or are written as younger versions have them.</summary>
    private static readonly Dictionary<string, int> Versions = new(StringComparer.Ordinal)
    {
        ["HardSwish"] = 14,
        ["Shape"] = 15,
        ["Where"] = 16,
        ["LayerNormalization"] = 17,
        ["ReduceMean"] = 18,
        ["ReduceProd"] = 18,
        ["ReduceMax"] = 18,
        ["ReduceMin"] = 18,
        ["Pad"] = 19,
        ["AveragePool"] = 19,
        ["Gelu"] = 20,
    };

    /// <summary>The version that a graph needs.</summary>
    public static int Of(GraphProto graph) => graph.Node.Select(static n => n.OpType switch
    {
        "Pad" when n.Attribute.All(static a => a.S.ToStringUtf8() != "wrap") => Least,
        "AveragePool" when n.Attribute.All(static a => a.Name != "dilations") => Least,
        var type => Versions.GetValueOrDefault(type, Least),
    }).Append(Least).Max();
}
