using System.Runtime.InteropServices;
using Onnx;
using QDrop.Operations;
using QDrop.Programs;

namespace QDrop.Tests.Onnx;

/// <summary>
/// QONNX's operator <c>Quant</c> by its published definition (arXiv 2206.07527, section 4):
/// scale · (clamp(round(x / scale + zero point)) − zero point), where the bounds of the clamp follow from the bit width,
/// and from <c>signed</c> and <c>narrow</c>.
/// </summary>
internal static class QuantOperator
{
    /// <summary>The result of a node.</summary>
    /// <param name="node">The node, for its attributes.</param>
    /// <param name="inputs">x, scale, zero point, and bit width.</param>
    public static Constant Run(NodeProto node, IReadOnlyList<Constant> inputs)
    {
        bool isSigned = Attribute(node, "signed").I == 1, isNarrow = Attribute(node, "narrow").I == 1;
        string rounding = Attribute(node, "rounding_mode").S.ToStringUtf8();
        if (rounding != "ROUND")
            throw new NotSupportedException($"The rounding mode is '{rounding}'.");
        float[] x = Floats(inputs[0]), scale = Floats(inputs[1]), zero = Floats(inputs[2]);
        double bits = Floats(inputs[3]).Single();
        double least = isSigned ? -Math.Pow(2, bits - 1) + (isNarrow ? 1 : 0) : 0;
        double greatest = isSigned ? Math.Pow(2, bits - 1) - 1 : Math.Pow(2, bits) - 1 - (isNarrow ? 1 : 0);
        int[] scales = Places(inputs[1].Shape, inputs[0].Shape), zeros = Places(inputs[2].Shape, inputs[0].Shape);
        float[] y = new float[x.Length];
        for (int i = 0; i < x.Length; i++)
        {
            float s = scale[scales[i]], z = zero[zeros[i]];
            double level = Math.Clamp(Math.Round((double)((x[i] / s) + z), MidpointRounding.ToEven), least, greatest);
            y[i] = (float)(level - z) * s;
        }
        return new(ValueKind.Float32, inputs[0].Shape, MemoryMarshal.AsBytes<float>(y).ToArray());
    }

    /// <summary>For each element of a tensor, which one of another it meets, where that is repeated.</summary>
    private static int[] Places(int[] shape, int[] to) =>
        Strided.Rows([.. to, 1], [.. Strided.Broadcast(shape, to), 0]);

    private static AttributeProto Attribute(NodeProto node, string name) =>
        node.Attribute.Single(a => a.Name == name);

    private static float[] Floats(Constant value) => MemoryMarshal.Cast<byte, float>(value.Bytes).ToArray();
}
