namespace QDrop.Operators;

/// <summary>Weights in an ONNX model.</summary>
/// <param name="Name">The name of their values.</param>
/// <param name="Scales">The scale of each channel.</param>
internal sealed record WrittenWeights(string Name, float[] Scales);
