namespace QDrop;

/// <summary>How quantized weights are found: after training, or by further training.</summary>
public enum Method
{
    /// <summary>
    /// Reconstruction block by block with activation quantization randomly dropped (arXiv 2203.05740).
    /// </summary>
    QDrop,

    /// <summary>
    /// Reconstruction block by block with float activations (arXiv 2102.05426): QDrop with <c>Drop = 1</c>.
    /// </summary>
    Brecq,

    /// <summary>
    /// Learned rounding of the weights only, layer by layer (arXiv 2004.10568); activations are quantized afterwards.
    /// </summary>
    AdaRound,

    /// <summary>Rounding to nearest on the searched ranges; nothing is learned.</summary>
    Nearest,

    /// <summary>
    /// Training with quantization, on labelled data: each value goes to the most likely point of its grid, whose
    /// probability has the gradient (arXiv 2109.02100). See <see cref="QuantizationSettings.Training"/>.
    /// </summary>
    Cpq,

    /// <summary>
    /// Training with quantization, on labelled data: rounding to nearest with straight-through gradients and learned
    /// steps (arXiv 1902.08153).
    /// </summary>
    Lsq,
}
