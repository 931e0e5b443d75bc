namespace QDrop.CompilerServices;

/// <summary>
/// Where the value of a <see cref="Chain"/> goes, which decides whether an activation quantizer follows it.
/// </summary>
public enum Feeds
{
    /// <summary>Into further layers: it is quantized.</summary>
    Next,

    /// <summary>
    /// Only into joins (a residual addition, a concatenation): the join's result is quantized instead.
    /// </summary>
    Join,

    /// <summary>
    /// It is what <c>forward</c> returns: the caller of the module decides. The output of the model itself is not
    /// quantized.
    /// </summary>
    Result,
}
