using System.ComponentModel;

namespace QDrop;

/// <summary>
/// Written by the generator on the twin of each quantized model, by which the calibrator finds it. The twin is nested
/// in the model and has the static property <c>Descriptor</c>.
/// </summary>
/// <remarks>
/// On the class and not on the assembly: a compiler binds all attributes of the assembly again at every keystroke.
/// </remarks>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class QuantizedModelAttribute : Attribute;
