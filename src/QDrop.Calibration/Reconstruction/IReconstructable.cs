using QDrop.Calibration.Ranges;
using QDrop.CompilerServices;
using QDrop.Quantizers;
using TorchSharp;
using static TorchSharp.torch;

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

    /// <summary>
    /// The quantizers of its weights that are learned, in order of use. Weights that are all less than half of the
    /// smallest step stay 0, to which they are rounded: the next level is as many times larger as the step is, and none
    /// of what is learned is that fine.
    /// </summary>
    public IReadOnlyList<WeightQuantizer> Weights { get; } = [.. unit.LearnedWeights.Where(ReachesAStep)];

    /// <inheritdoc/>
    public IReadOnlyList<ActivationQuantizer> Activations => unit.Activations;

    /// <inheritdoc/>
    public Bundle Forward(Bundle inputs) => unit.Compute(inputs);

    private static bool ReachesAStep(WeightQuantizer weight)
    {
        using IDisposable guard = no_grad();
        using DisposeScope scope = NewDisposeScope();
        return weight.Weight.abs().max().ToSingle() is 0 or >= QuantizationRange.SmallestScale / 2;
    }
}
