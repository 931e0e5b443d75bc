using System.ComponentModel;

namespace QDrop;

/// <summary>Written by the generator, one for each quantized model of the assembly, so that the calibrator finds it.</summary>
/// <param name="model">The float model's class; its nested twin, <c>Quantized</c> unless it has another member of that name, has the static property <c>Descriptor</c>.</param>
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class QuantizedModelAttribute(Type model) : Attribute
{
    /// <summary>The float model's class.</summary>
    public Type Model { get; } = model;
}
