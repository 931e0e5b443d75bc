using System.ComponentModel;
using static TorchSharp.torch.nn;

namespace QDrop.CompilerServices;

/// <summary>Implemented by generated code on every module class that a quantized model reaches.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public interface IQuantizable
{
    /// <summary>Makes the quantized twin of this instance.</summary>
    /// <param name="context">What the twins of one model share.</param>
    /// <param name="output">Where the value that <c>forward</c> returns goes.</param>
    IQuantizedModule CreateQuantized(QuantizationContext context, Feeds output);
}

/// <summary>A generated quantized twin.</summary>
public interface IQuantizedModule
{
    /// <summary>What the twins of one model share: units, layers, quantizers.</summary>
    QuantizationContext Context { get; }

    /// <summary>Whether the module is reconstructed as one unit.</summary>
    bool IsBlock { get; }
}

/// <summary>A twin whatever the number of its inputs.</summary>
internal interface IModelTwin : IQuantizedModule
{
    /// <summary>The float instance.</summary>
    Module Float { get; }

    /// <summary>Types of the parameters of <c>forward</c>.</summary>
    IReadOnlyList<Type> InputTypes { get; }

    /// <summary>Calls the twin.</summary>
    object? Run(Bundle arguments);

    /// <summary>Calls the float instance.</summary>
    object? RunFloat(Bundle arguments);
}
