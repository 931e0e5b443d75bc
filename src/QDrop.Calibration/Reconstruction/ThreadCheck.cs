using QDrop.Calibration.Execution;
using QDrop.Calibration.Inputs;
using QDrop.Calibration.Learning;
using QDrop.CompilerServices;
using QDrop.Quantizers;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Calibration.Reconstruction;

/// <summary>
/// Finds by a trial what of a unit depends on the number of threads: libtorch adds some sums in another order for
/// another number, such as the gradients of a convolution's weights.
/// </summary>
internal static class ThreadCheck
{
    /// <summary>How the report names a unit's outputs.</summary>
    public const string Output = "output";

    /// <summary>Whether what comes out of a unit depends on the number of threads.</summary>
    /// <param name="unit">The unit, as it stands.</param>
    /// <param name="input">What goes into it.</param>
    /// <param name="samples">Samples in the batch, fewer where there are no more.</param>
    public static bool OutputDiffers(Unit unit, Samples input, long samples)
    {
        using IDisposable guard = no_grad();
        using DisposeScope scope = NewDisposeScope();
        long count = Math.Min(samples, input.Count);
        (IReadOnlyList<Tensor> one, IReadOnlyList<Tensor> other) = ThreadTrial.Twice(() =>
            unit.Compute(input.Slice(0, count)).Tensors);
        return !one.Zip(other).All(static p => ThreadTrial.Same(p.First, p.Second));
    }

    /// <summary>What of a unit's gradients depends on the number of threads.</summary>
    /// <param name="unit">The unit. Its quantizers are learning, and are not to go on.</param>
    /// <param name="input">What goes into it.</param>
    /// <param name="samples">Samples in the batch, fewer where there are no more.</param>
    /// <param name="loss">The loss of what comes out of it.</param>
    /// <returns>The names of layers and activation quantizers.</returns>
    public static IReadOnlyList<string> DifferentGradients(
        IReconstructable unit, Samples input, int samples, UnitLoss loss)
    {
        using DisposeScope scope = NewDisposeScope();
        long[] rows = [.. Enumerable.Range(0, (int)Math.Min(samples, input.Count)).Select(static i => (long)i)];
        // A draw of its own for each pass would make them differ.
        foreach (ActivationQuantizer activation in unit.Activations)
            activation.Calibration.Learning?.Drop = 0;
        Take();
        (Dictionary<string, Tensor> one, Dictionary<string, Tensor> other) = ThreadTrial.Twice(() =>
        {
            loss.Backward(unit.Forward(input.Slice(0, rows.Length)), rows);
            return Take();
        });
        return
        [
            .. one
                .Where(g => !other.TryGetValue(g.Key, out Tensor? found) || !ThreadTrial.Same(g.Value, found))
                .Select(static g => g.Key),
        ];

        Dictionary<string, Tensor> Take()
        {
            var gradients = new Dictionary<string, Tensor>(StringComparer.Ordinal);
            foreach (WeightQuantizer weight in unit.Weights)
            {
                if (weight.Calibration.TakeSlope() is { } slope)
                    gradients[weight.Name] = slope;
            }
            foreach (ActivationQuantizer activation in unit.Activations)
            {
                if (activation.Calibration.Learning is not { ScaleGradient: { } scales })
                    continue;
                gradients[activation.Name] = tensor(scales);
                Array.Clear(scales);
            }
            return gradients;
        }
    }
}
