using QDrop.Programs;

namespace QDrop.Operators;

/// <summary>An operation of a program cannot be written as ONNX.</summary>
/// <param name="operation">The operation.</param>
/// <param name="why">Why not, as a sentence that starts in lower case and has no end.</param>
internal sealed class OperationNotOnnxException(Operation operation, string why) : Exception(why)
{
    /// <summary>Gets the operation.</summary>
    public Operation Operation => operation;
}
