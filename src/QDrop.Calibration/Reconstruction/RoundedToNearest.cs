using QDrop.CompilerServices;
using QDrop.Quantizers;
using static TorchSharp.torch;

namespace QDrop.Calibration.Reconstruction;

/// <summary>
/// A unit as it was before learning: its weights rounded to nearest and the grids of its activations as searched. What
/// an earlier unit has learned, of a layer that both run, is not part of it.
/// </summary>
internal sealed class RoundedToNearest : IDisposable
{
    private readonly List<Tensor> _tensors = [];
    private readonly List<Action> _restore = [];

    /// <summary>Notes how the unit is.</summary>
    public RoundedToNearest(Unit unit)
    {
        foreach (WeightQuantizer weight in unit.LearnedWeights)
        {
            Tensor levels = Keep(weight.Levels()), scale = Keep(weight.Scale!), zeroPoint = Keep(weight.ZeroPoint!);
            _restore.Add(() => weight.Restore(levels, scale, zeroPoint));
        }
        foreach (ActivationQuantizer activation in unit.Activations)
        {
            if (activation.Scale is null)
                continue;
            Tensor scale = Keep(activation.Scale), zeroPoint = Keep(activation.ZeroPoint!);
            _restore.Add(() => activation.Restore(scale, zeroPoint));
        }
    }

    /// <summary>Makes the unit what it was.</summary>
    public void Restore() => _restore.ForEach(static restore => restore());

    /// <inheritdoc/>
    public void Dispose() => _tensors.ForEach(static t => t.Dispose());

    private Tensor Keep(Tensor tensor)
    {
        using IDisposable guard = no_grad();
        _tensors.Add(tensor.detach().clone().DetachFromDisposeScope());
        return _tensors[^1];
    }
}
