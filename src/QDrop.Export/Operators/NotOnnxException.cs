namespace QDrop.Operators;

/// <summary>An operation cannot be written as ONNX.</summary>
/// <param name="why">Why not, as a sentence that starts in lower case and has no end.</param>
internal sealed class NotOnnxException(string why) : Exception(why);
