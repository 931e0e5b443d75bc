namespace QDrop.Layers.Families;

/// <summary>Names TorchSharp's classes that belong to a family.</summary>
/// <param name="types">The classes.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true, Inherited = false)]
internal sealed class LayerTypesAttribute(params Type[] types) : Attribute
{
    /// <summary>Gets the classes.</summary>
    public Type[] Types { get; } = types;

    /// <summary>
    /// Gets or sets what the layers do with the shape; by their kind, activation functions and norms keep it, and all
    /// others may change it.
    /// </summary>
    public ShapeEffect Shape { get; set; }

    /// <summary>
    /// Gets or sets whether the layers leave their tensor as it is, though <c>inplace: true</c> says otherwise.
    /// </summary>
    public bool KeepsTensor { get; set; }

    /// <summary>
    /// Gets or sets how many weights a layer multiplies by: a C# expression over the parameters of its factory in
    /// <c>torch.nn</c>. <c>volume(size, n)</c> is the number of positions of a kernel with n dimensions, of which each
    /// has the size, or which the size gives as a tuple. The generator evaluates it where a layer is created with
    /// constants.
    /// </summary>
    public string? Weights { get; set; }
}
