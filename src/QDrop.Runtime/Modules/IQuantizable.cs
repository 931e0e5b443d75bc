using System.ComponentModel;

namespace QDrop.Modules;

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
