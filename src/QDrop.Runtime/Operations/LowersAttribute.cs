namespace QDrop.CompilerServices;

/// <summary>What a tensor operation means to quantization.</summary>
internal enum OpKind
{
    /// <summary>
    /// A function of one tensor whose value is quantized after it, together with the layer before it: activation
    /// functions, norms, softmax.
    /// </summary>
    Activation,

    /// <summary>
    /// A function of one tensor that needs no quantizer of its own: it keeps the grid, or the next quantizer covers it
    /// (reshaping, pooling, padding, scaling).
    /// </summary>
    PassThrough,

    /// <summary>
    /// A function of several tensors: its value is quantized after it and after the activation function that follows.
    /// </summary>
    Join,

    /// <summary>No arithmetic on values (shapes, scopes, types): stays as the user wrote it.</summary>
    Neutral,
}

/// <summary>
/// Says which TorchSharp member a method of <see cref="Ops"/> stands for; on the class <see cref="Ops"/> itself, which
/// members stay as they are. The generator reads this table from the compilation: a tensor operation that is not in it
/// is an error at its place.
/// </summary>
/// <param name="type">The type that declares the member.</param>
/// <param name="member">
/// The member's name; <c>this[]</c> for an indexer, <c>op_Addition</c> and the like for an operator.
/// </param>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class, AllowMultiple = true)]
internal sealed class LowersAttribute(Type type, string member) : Attribute
{
    /// <summary>The type that declares the member.</summary>
    public Type Type { get; } = type;

    /// <summary>The member's name.</summary>
    public string Member { get; } = member;

    /// <summary>What the operation means to quantization.</summary>
    public OpKind Kind { get; set; }

    /// <summary>What the operation does with the shape.</summary>
    public ShapeEffect Shape { get; set; }

    /// <summary>
    /// Whether the member leaves its tensor as it is, though a trailing underscore or <c>inplace: true</c> says
    /// otherwise.
    /// </summary>
    public bool KeepsTensor { get; set; }
}
