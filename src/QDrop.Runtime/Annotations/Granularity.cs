namespace QDrop;

/// <summary>
/// What is reconstructed as one unit. <see cref="QuantizationBlockAttribute"/> on a field or property counts more.
/// </summary>
public enum Granularity
{
    /// <summary>Each layer for itself; blocks are split.</summary>
    Layer,

    /// <summary>Each block: a module class with a join. Layers outside blocks are units of their own.</summary>
    Block,

    /// <summary>
    /// Each stage: the modules, apart from the model itself, that hold blocks, such as a <c>Sequential</c> of residual
    /// blocks. What belongs to no stage is divided as for <see cref="Block"/>.
    /// </summary>
    Stage,
}
