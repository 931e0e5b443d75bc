namespace QDrop;

/// <summary>
/// What an operation or a layer does with the shape of the tensor that it computes from.
/// The generator compiles this file, too, and reads values from metadata.
/// </summary>
internal enum ShapeEffect
{
    /// <summary>As its kind has it: an activation keeps the shape, everything else may change it.</summary>
    ByKind,

    /// <summary>The result has the same shape.</summary>
    Keeps,

    /// <summary>The result may have another shape.</summary>
    Changes,
}
