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
    /// Gets whether values stay float32 that the program has in float32: the result of a convolution to which a residual
    /// is added, 8-bit weights that are further than 128 from their zero point, and inputs of linear layers that are not
    /// quantized. Otherwise the first two are rounded to 8 bits within the range that matters, and ONNX Runtime rounds
    /// the last, so that these parts are computed in integers, too.
    /// </summary>
    public bool Exact { get; init; }

    /// <summary>
    /// Gets a call of the program whose inputs are some samples, such as 32 of those that the model was calibrated with;
    /// <see langword="null"/> for none. Then the results of convolutions that the program has in float32, between
    /// quantized values, are rounded to 8 bits within the range that they have on these samples, so that runtimes compute
    /// these convolutions in integers; not with <see cref="Exact"/>. And where an operation can be written for known sizes
    /// alone, the model takes inputs of the samples' sizes, but any number of them.
    /// </summary>
    public ProgramCall? Samples { get; init; }
}
