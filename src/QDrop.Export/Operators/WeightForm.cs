namespace QDrop.Operators;

/// <summary>How weights are used.</summary>
internal enum WeightForm
{
    /// <summary>As they are.</summary>
    Plain,

    /// <summary>As a matrix that stands the other way round.</summary>
    Transposed,

    /// <summary>
    /// In a convolution of integers: zero points must be 0, which may need another rounding of weights of 8 bits.
    /// </summary>
    Convolution,
}
