namespace QDrop;

/// <summary>Which steps the grids of weights and activations may have.</summary>
public enum Scale
{
    /// <summary>Any.</summary>
    Free,

    /// <summary>
    /// Powers of two, the exponent of each the one nearest to the searched range's step, and fixed: the simple way, to
    /// compare <see cref="PowerOfTwo"/> with. All else is as with <see cref="Free"/>, apart from activation scales,
    /// which stay.
    /// </summary>
    NearestPowerOfTwo,

    /// <summary>
    /// Powers of two whose exponents are learned unit by unit together with rounding (RAPQ, arXiv 2204.12322), those of
    /// activations by their own gradient (arXiv 1903.08066). Where nothing is learned, as with
    /// <see cref="Method.Nearest"/> and for embeddings, they are those with the least error; with observers that take
    /// the mean over batches, the ones nearest to it.
    /// </summary>
    PowerOfTwo,
}
