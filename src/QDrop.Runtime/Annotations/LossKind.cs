namespace QDrop;

/// <summary>How the errors of a unit's output are weighted in the loss of reconstruction.</summary>
public enum LossKind
{
    /// <summary>All alike: the mean over batch and positions of the squared error summed over channels.</summary>
    MeanSquared,

    /// <summary>
    /// Each by the diagonal of the Fisher information (arXiv 2102.05426, section 3.3): the squared gradient of the
    /// task's loss with respect to the output. As there are no labels, that loss is the divergence of the quantized
    /// model's predicted distribution from the float model's. Weights are scaled to a mean of 1.
    /// </summary>
    Fisher,
}
