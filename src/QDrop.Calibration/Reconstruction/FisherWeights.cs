using QDrop.Calibration.Execution;
using QDrop.Calibration.Inputs;
using QDrop.Calibration.Memory;
using QDrop.Calibration.Ranges;
using QDrop.CompilerServices;
using QDrop.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Calibration.Reconstruction;

/// <summary>
/// The diagonal of the Fisher information at the units' outputs (arXiv 2102.05426, section 3.3): squared gradients of
/// the divergence of the quantized model's predicted distribution from the float model's, sample by sample. The model
/// is quantized up to and with the unit, and float behind it.
/// </summary>
/// <param name="runner">Runs model and twin.</param>
/// <param name="context">What the twins of the model share.</param>
/// <param name="batches">The calibration inputs.</param>
/// <param name="layouts">Where the samples are in what goes into and comes out of each unit.</param>
/// <param name="earlier">Has the outputs of the quantized units before.</param>
/// <param name="cancellation">Checked before each batch.</param>
/// <param name="memory">Gives memory for the weights.</param>
/// <param name="samples">Inputs that are run at once; <see langword="null"/> for those of a batch.</param>
internal sealed class FisherWeights(
    TwinRunner runner,
    QuantizationContext context,
    CalibrationBatches batches,
    IReadOnlyDictionary<Unit, UnitLayouts> layouts,
    ReplayExecutor earlier,
    CancellationToken cancellation,
    ActivationMemory? memory = null,
    int? samples = null) : IDisposable
{
    private readonly CalibrationBatch[] _batches =
        [.. batches.Parts(0, batches.Inputs[0].shape[0], samples ?? batches.BatchSize)];
    private readonly List<Tensor?[]> _expected = [];

    /// <summary>
    /// What squared errors of a unit's outputs are weighted with; of each output the mean is 1. All quantizers are off
    /// afterwards.
    /// </summary>
    /// <param name="unit">The unit.</param>
    /// <param name="output">Its outputs in the quantized network, on all calibration inputs.</param>
    /// <returns>The weights, or <see langword="null"/> where no output depends on the sample.</returns>
    /// <exception cref="QDropException">The model predicts no distribution (QDROP006).</exception>
    public Samples? Of(Unit unit, Samples output)
    {
        if (output.IsShared)
            return null;
        context.Enable(weights: false, activations: false);
        using var builder = new SamplesBuilder(layouts[unit].Outputs, output.Count) { Memory = memory };
        for (int k = 0; k < _batches.Length; k++)
        {
            cancellation.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            CalibrationBatch batch = _batches[k];
            if (_expected.Count == k)
                _expected.Add(Predicted(batch));
            builder.Add(Gradients(unit, output, batch, _expected[k]), batch.Count);
        }
        Samples weights = builder.Build();
        foreach (Tensor values in weights.Values.Where(static v => v.is_floating_point()))
            Normalise(values);
        return weights;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor? expected in _expected.SelectMany(static e => e))
            expected?.Dispose();
    }

    /// <summary>
    /// The distributions that the float model predicts, computed by the twin, whose quantizers are off;
    /// <see langword="null"/> for an output that is none.
    /// </summary>
    private Tensor?[] Predicted(CalibrationBatch batch)
    {
        using IDisposable guard = no_grad();
        Bundle outputs = runner.RunGuarded(batch.Inputs);
        Tensor?[] predicted =
        [
            .. outputs.Tensors.Select(t =>
                IsDistribution(t) ? Kept(t.softmax(ClassDimension(t))) : null),
        ];
        return predicted.Any(static p => p is not null)
            ? predicted
            : throw new QDropException(
                Codes.Setting,
                "Loss = Fisher cannot be used: the model's output has shape "
                    + $"[{string.Join("], [", outputs.Tensors.Select(static t => string.Join(", ", t.shape)))}]; "
                    + "expected scores of at least two classes, [N, classes], [N, …, classes] or [N, classes, height, "
                    + "width]. Use Loss = MeanSquared.");
    }

    private Bundle Gradients(Unit unit, Samples output, CalibrationBatch batch, Tensor?[] expected)
    {
        using IDisposable gradients = enable_grad();
        var executor = new TailExecutor(context, unit, output.Slice(batch.Start, batch.Count), earlier, batch);
        Bundle found = runner.Run(batch.Inputs, executor);
        Tensor[] leaves = [.. executor.Leaves.Tensors.Where(static t => t.requires_grad)];
        // What does not depend on the unit's output: the float model's entropy. Sums, so that a sample's gradient is
        // its own, whatever else is in the batch.
        Tensor[] losses =
        [
            .. expected
                .Zip(found.Tensors)
                .Where(static p => p.First is not null && p.Second.requires_grad)
                .Select(static p => -(p.First! * p.Second.log_softmax(ClassDimension(p.Second))).sum()),
        ];
        IList<Tensor?> slopes = losses.Length == 0 ? [.. leaves.Select(static _ => (Tensor?)null)]
            : [.. autograd.grad(losses, leaves, [.. losses.Select(static l => ones_like(l))], allow_unused: true)];
        using IDisposable guard = no_grad();
        int next = 0;
        return executor.Leaves.Select(leaf =>
            leaf.requires_grad && slopes[next++] is { } slope && !slope.IsInvalid ? slope : zeros_like(leaf));
    }

    /// <summary>
    /// Makes gradients weights: their squares, scaled to a mean of 1, so that λ keeps its meaning. The gradients of a
    /// model that is sure are so small that their squares would vanish, so they are scaled first. Where no gradient
    /// arrived, all weigh the same.
    /// </summary>
    private static void Normalise(Tensor weights)
    {
        using IDisposable guard = no_grad();
        using DisposeScope scope = NewDisposeScope();
        double magnitude = Math.Max(weights.max().ToDouble(), -weights.min().ToDouble());
        Sums.Square(weights, ValueUnit.Of(magnitude).Inverse);
        double mean = Sums.Of(weights) / weights.numel();
        if (mean > 0 && double.IsFinite(mean))
            Sums.Multiply(weights, (float)(1 / mean));
        else
            weights.fill_(Numbers.One);
    }

    private Tensor Kept(Tensor tensor) => memory?.Keep(tensor) ?? tensor.DetachFromDisposeScope();

    private static bool IsDistribution(Tensor scores) =>
        scores.dtype == ScalarType.Float32 && scores.dim() >= 2 && scores.shape[ClassDimension(scores)] >= 2;

    /// <summary>Images have their classes second, <c>[N, classes, height, width]</c>; all else has them last.</summary>
    private static long ClassDimension(Tensor scores) => scores.dim() >= 4 ? 1 : scores.dim() - 1;

    /// <summary>
    /// Runs the units behind one, with that one's outputs as leaves of autograd's graph; those before it are replayed.
    /// </summary>
    private sealed class TailExecutor(
        QuantizationContext context,
        Unit target,
        Bundle output,
        ReplayExecutor earlier,
        CalibrationBatch batch) : UnitExecutor
    {
        private bool _reached;

        /// <summary>The unit's outputs; those with numbers require gradients.</summary>
        public Bundle Leaves { get; } =
            output.Select(static t => t.dtype == ScalarType.Float32 ? t.detach().requires_grad_(true) : t);

        /// <inheritdoc/>
        public override Bundle Run(Unit unit, Bundle inputs)
        {
            if (unit == target)
            {
                _reached = true;
                // In-place operations of the user's code must not meet the leaf itself.
                return Leaves.Copies();
            }
            if (!_reached)
                return earlier.OutputOf(unit, batch);
            context.Current = unit;
            try
            {
                return unit.Compute(inputs.Copies());
            }
            finally
            {
                context.Current = null;
            }
        }
    }
}
