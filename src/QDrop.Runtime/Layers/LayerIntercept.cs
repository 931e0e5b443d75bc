using static TorchSharp.torch;

namespace QDrop.Layers;

/// <summary>What computes in place of a <see cref="QuantizedLayer"/> while the model is trained.</summary>
internal abstract class LayerIntercept
{
    /// <summary>The weight that is computed with.</summary>
    public abstract Tensor Weight { get; }

    /// <summary>The bias that is computed with, <c>[channels]</c>, or none.</summary>
    public abstract Tensor? Bias { get; }

    /// <summary>Computes the layer's output and that of the batch norm after it.</summary>
    /// <param name="x">The layer's input.</param>
    public abstract Tensor Forward(Tensor x);
}
