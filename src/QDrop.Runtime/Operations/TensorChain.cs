using System.ComponentModel;
using static TorchSharp.torch;

namespace QDrop.CompilerServices;

/// <summary>
/// The steps that a value within an operation goes through, such as the weights of attention: the place of its
/// quantizer.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class TensorChain
{
    private protected TensorChain()
    {
    }

    /// <summary>Whether the value that goes into the chain has channels. Set before the first run.</summary>
    internal bool HasChannels { get; set; } = true;

    /// <summary>Runs the chain.</summary>
    /// <param name="x">Input of the first step.</param>
    /// <returns>Value of the last step, quantized where a quantizer follows it.</returns>
    /// <exception cref="QDropException">A module of the chain cannot be quantized (QDROP232).</exception>
    public abstract Tensor forward(Tensor x);
}
