using QDrop.Calibration.Inputs;
using QDrop.Calibration.Learning;
using QDrop.CompilerServices;
using QDrop.Native;
using static TorchSharp.torch;

namespace QDrop.Calibration.Reconstruction;

/// <summary>The sum of the reconstruction losses of a unit's outputs.</summary>
internal sealed class UnitLoss : IDisposable
{
    private readonly IReadOnlyList<BatchLayout> _layouts;
    private readonly int[] _targets;
    private readonly ReconstructionLoss[] _losses;
    private readonly GradientTape _tape;

    /// <param name="output">The float unit's outputs on all inputs.</param>
    /// <param name="targets">Which of them are reconstructed.</param>
    /// <param name="channelAxis">The dimension of each of these, samples first, that counts channels.</param>
    /// <param name="tape">What gradients go back through.</param>
    /// <param name="weights">
    /// What squared errors are weighted with, for all inputs; <see langword="null"/> for 1.
    /// </param>
    /// <param name="memory">
    /// Gives memory for copies in another order; <see langword="null"/> for as much as they need.
    /// </param>
    /// <param name="norm">
    /// How errors count where they are not weighted; <see langword="null"/> for their squares.
    /// </param>
    /// <param name="sizes">
    /// What errors of each target are multiplied with before they count; <see langword="null"/> for 1.
    /// </param>
    public UnitLoss(
        Samples output,
        int[] targets,
        Func<int, int> channelAxis,
        GradientTape tape,
        Samples? weights = null,
        ActivationMemory? memory = null,
        LossNorm? norm = null,
        IReadOnlyList<float>? sizes = null)
    {
        _layouts = output.Layouts;
        _targets = targets;
        _tape = tape;
        _losses =
        [
            .. targets.Select((i, k) => new ReconstructionLoss(
                DenseMemory.ToDense(output.Values[i]),
                channelAxis(i),
                weights is null ? null : DenseMemory.ToDense(weights.Values[i]),
                memory,
                norm,
                sizes?[k] ?? 1)),
        ];
    }

    /// <summary>The loss of a batch. Its gradients are left in everything that learns.</summary>
    /// <param name="outputs">The quantized unit's outputs on the batch.</param>
    /// <param name="rows">The samples in the batch.</param>
    public double Backward(Bundle outputs, long[] rows)
    {
        (double sum, List<Tensor>? found, List<Tensor>? gradients) = (0.0, new List<Tensor>(), new List<Tensor>());
        for (int i = 0; i < _targets.Length; i++)
        {
            Tensor output = _layouts[_targets[i]].SamplesFirst(outputs.Tensors[_targets[i]]);
            (double loss, Tensor? gradient) = _losses[i].Evaluate(output, rows);
            sum += loss;
            // What nothing that learns has touched has no gradient.
            if (!output.requires_grad)
                continue;
            found.Add(output);
            gradients.Add(gradient);
        }
        _tape.Backward(found, gradients);
        foreach (Tensor gradient in gradients)
            gradient.Dispose();
        return sum;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (ReconstructionLoss loss in _losses)
            loss.Dispose();
    }
}
