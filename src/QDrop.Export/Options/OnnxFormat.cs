namespace QDrop;

/// <summary>How quantization is written in an ONNX model.</summary>
public enum OnnxFormat
{
    /// <summary>As pairs of <c>QuantizeLinear</c> and <c>DequantizeLinear</c>, which most runtimes take.</summary>
    Qdq,

    /// <summary>As <c>Quant</c> nodes of QONNX (arXiv 2206.07527), which FINN and hls4ml take.</summary>
    Qonnx,
}
