using QDrop.Modules;
using QDrop.Quantizers;

namespace QDrop.Reconstruction;

/// <summary>A part of the quantized network whose weights are found together: a block, or a single layer.</summary>
internal interface IReconstructable
{
    /// <summary>Its name in the network, such as <c>layer1.0</c>.</summary>
    string Name { get; }

    /// <summary>The quantizers of its weights, in order of use.</summary>
    IReadOnlyList<WeightQuantizer> Weights { get; }

    /// <summary>The quantizers of the activations it computes, in order of use.</summary>
    IReadOnlyList<ActivationQuantizer> Activations { get; }

    /// <summary>Computes its outputs through its quantizers, so that gradients flow to them.</summary>
    /// <param name="inputs">A batch of its inputs.</param>
    Bundle Forward(Bundle inputs);
}
