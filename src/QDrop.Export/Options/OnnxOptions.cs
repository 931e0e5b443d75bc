namespace QDrop;

/// <summary>How a program is written as ONNX.</summary>
public sealed class OnnxOptions
{
    /// <summary>Gets the format. The other settings are for <see cref="OnnxFormat.Qdq"/>.</summary>
    public OnnxFormat Format { get; init; }

    /// <summary>Gets the type of the weights.</summary>
    public OnnxWeights Weights { get; init; }

    /// <summary>
    /// Gets whether linear layers of 2 and 4 bits become <c>MatMulNBits</c>, an operator of ONNX Runtime's own.
    /// </summary>
    public bool MatMulNBits { get; init; }

    /// <summary>
    /// Gets whether values stay float32 that the program has in float32 between integers: the result of a convolution
    /// to which a residual is added, and 8-bit weights that are further than 128 from their zero point. Otherwise they
    /// are rounded to 8 bits within the range that matters, so that runtimes compute these parts in integers, too.
    /// </summary>
    public bool Exact { get; init; }
}
