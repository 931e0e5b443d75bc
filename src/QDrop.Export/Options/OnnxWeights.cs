namespace QDrop;

/// <summary>The type that weights have in an ONNX model.</summary>
public enum OnnxWeights
{
    /// <summary>
    /// 8 bits, whatever the layer's bits are: loads everywhere, and is what ONNX Runtime multiplies in integers.
    /// </summary>
    Int8,

    /// <summary>
    /// 4 bits for layers of at most 4 bits, else 8. The file is half as large; ONNX Runtime multiplies in float32.
    /// </summary>
    Int4,

    /// <summary>
    /// 2 bits for layers of 2 bits, 4 for those of 3 and 4, else 8. Needs operators of version 25.
    /// </summary>
    Int2,
}
