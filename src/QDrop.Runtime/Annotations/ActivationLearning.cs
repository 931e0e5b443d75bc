namespace QDrop;

/// <summary>What is learned of the grids of activations while reconstructing.</summary>
public enum ActivationLearning
{
    /// <summary>The scale: learned step size quantization (arXiv 1902.08153).</summary>
    Lsq,

    /// <summary>
    /// The scale and the offset, which is rounded to a whole zero point in the end (LSQ+, arXiv 2004.09576).
    /// </summary>
    LsqPlus,

    /// <summary>Nothing: the searched ranges stay.</summary>
    Fixed,
}
