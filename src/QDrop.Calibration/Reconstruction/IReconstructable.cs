using QDrop.CompilerServices;
using QDrop.Quantizers;

namespace QDrop.Calibration.Reconstruction;

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

/// <summary>A unit of a twin.</summary>
/// <param name="unit">The unit.</param>
internal sealed class ReconstructedUnit(Unit unit) : IReconstructable
{
    /// <inheritdoc/>
    public string Name => unit.Name;

    /// <inheritdoc/>
    public IReadOnlyList<WeightQuantizer> Weights => unit.LearnedWeights;

    /// <inheritdoc/>
    public IReadOnlyList<ActivationQuantizer> Activations => unit.Activations;

    /// <inheritdoc/>
    public Bundle Forward(Bundle inputs) => unit.Compute(inputs);
}
