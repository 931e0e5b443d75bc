using QDrop.Calibration.Execution;
using QDrop.Calibration.Inputs;
using QDrop.Calibration.Learning;
using QDrop.Quantizers;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Calibration.Reconstruction;

/// <summary>
/// Finds a unit's rounding and activation scales so that its quantized output is close to the float unit's (arXiv
/// 2203.05740): inputs and activations are quantized or not element by element at random, rounding follows arXiv
/// 2004.10568, scales arXiv 1902.08153.
/// </summary>
/// <param name="settings">The settings.</param>
/// <param name="draws">Where every random choice comes from.</param>
internal sealed class UnitLearner(QuantizationSettings settings, DrawSource draws)
{
    /// <summary>
    /// How many times as large as a unit's inputs and outputs a tensor within it may be, as in a bottleneck or in a
    /// convolution's workspace.
    /// </summary>
    private const int Intermediates = 8;

    /// <summary>Called after each iteration with its number, from 1, and its loss, regulariser included.</summary>
    internal Action<int, double>? Iterated { get; init; }

    /// <summary>Counts the time of each phase.</summary>
    internal CalibrationProfile Profile { get; init; } = new();

    /// <summary>Says when the loss has grown too much; <see langword="null"/> where it may.</summary>
    internal DivergenceGuard? Guard { get; init; }

    /// <summary>
    /// What the squared errors of the unit's outputs are weighted with, or <see langword="null"/> for 1.
    /// </summary>
    internal Samples? OutputWeights { get; init; }

    /// <summary>Gives memory for copies of what goes into the unit and comes out of it.</summary>
    internal ActivationMemory Memory { get; init; } = new(null);

    /// <summary>
    /// The unit's error before reconstruction, in the measure of the loss; the exponents of its weights are learned in
    /// proportion to it.
    /// </summary>
    internal double Error { get; init; } = 1;

    /// <summary>
    /// What errors of each output that is reconstructed are multiplied with in the loss, so that its size does not
    /// matter; then the scales of activations are learned relative to the size of theirs. <see langword="null"/> to
    /// take errors and learning rates as they are.
    /// </summary>
    internal IReadOnlyList<float>? Sizes { get; init; }

    /// <summary>How errors of the unit's outputs count where they are not weighted.</summary>
    internal LossNorm Norm { get; init; } = LossNorm.Squares;

    /// <summary>Probability that an activation is quantized while reconstructing.</summary>
    private double Keep => settings.Method.Traits.DropsAll ? 0 : 1 - settings.Drop;

    /// <summary>
    /// Reconstructs a unit. Its quantizers are enabled and have their ranges; afterwards its weights are rounded as
    /// learned.
    /// </summary>
    /// <param name="unit">The unit.</param>
    /// <param name="quantizedInput">
    /// Inputs of the unit in the quantized network. Where float32 tensors are in channels_last order, batches are too.
    /// </param>
    /// <param name="floatInput">The same inputs in the float network.</param>
    /// <param name="floatOutput">The float unit's outputs on <paramref name="floatInput"/>.</param>
    /// <param name="progress">Told about four times a second how far it is.</param>
    /// <param name="ct">Checked in each iteration.</param>
    /// <exception cref="QDropException">
    /// The loss became infinite or not a number, or grew to ten times its start (QDROP240).
    /// </exception>
    /// <exception cref="OperationCanceledException"><paramref name="ct"/> was cancelled.</exception>
    public UnitResult Reconstruct(
        IReconstructable unit,
        Samples quantizedInput,
        Samples floatInput,
        Samples floatOutput,
        IProgress<UnitProgress>? progress,
        CancellationToken ct)
    {
        // Where memory is scarce, what is freed must be free: pieces of the heap that it keeps may not fit again.
        if (!Memory.IsLimited)
        {
            NativeHeap.KeepFreedMemory(
                Intermediates * settings.BatchSize * Math.Max(RowBytes(quantizedInput), RowBytes(floatOutput)));
        }
        using DisposeScope outer = NewDisposeScope();
        // Learned rounding on its own (arXiv 2004.10568) sees the quantized network's inputs and leaves activations
        // alone.
        bool alone = settings.Method.Traits.KeepsActivationsFloat;
        using var input = new UnitInputs(
            quantizedInput, floatInput, settings.BatchSize, alone ? 1 : Keep, draws, Memory);
        using var tape = new GradientTape();
        using var loss = new UnitLoss(
            floatOutput,
            UnitOutputs.Targets(quantizedInput, floatOutput),
            target => UnitOutputs.ChannelAxis(unit.Weights, floatOutput, target),
            tape,
            OutputWeights,
            Memory,
            Norm,
            Sizes);
        ActivationQuantizer[] activations = unit.Activations.Where(a => a.Enabled).ToArray();
        bool channelsLast = quantizedInput.Values.Any(static v => v.dim() == 4 && !v.is_contiguous());
        try
        {
            ExponentPhase? exponents =
                settings.Scale == Scale.PowerOfTwo && unit.Weights.Count > 0
                    ? new(unit.Weights, settings, Error, channelsLast)
                    : null;
            if (exponents is null)
            {
                foreach (WeightQuantizer weight in unit.Weights)
                    weight.Calibration.BeginLearning(channelsLast);
            }
            foreach (ActivationQuantizer? activation in activations)
            {
                activation.Enabled = !alone;
                activation.Calibration.BeginLearning(
                    1 - Keep, draws, tape, settings.ActivationLearning, isRelative: Sizes is not null);
            }
            // What is never quantized while learning has nothing to learn from.
            ActivationQuantizer[] learned = alone || Keep == 0 || !settings.LearnsActivations
                ? []
                : [.. activations.Where(static a => !a.IsShared)];
            UnitResult result = new ReconstructionLoop(unit, settings, draws, input, loss, exponents, learned)
            {
                Profile = Profile,
                Guard = Guard,
                Iterated = Iterated,
                Measure = () => Measure(unit, quantizedInput, loss),
            }.Run(progress, ct);
            return result with
            {
                ThreadDependent = ThreadCheck.DifferentGradients(unit, quantizedInput, settings.BatchSize, loss),
            };
        }
        finally
        {
            foreach (WeightQuantizer weight in unit.Weights)
                weight.Calibration.EndLearning();
            foreach (ActivationQuantizer? activation in activations)
            {
                activation.Calibration.EndLearning();
                activation.Enabled = true;
            }
        }
    }

    /// <summary>The unit's error on the inputs that ranges are searched on, as it is now.</summary>
    private double Measure(IReconstructable unit, Samples input, UnitLoss loss)
    {
        using IDisposable guard = no_grad();
        long count = Math.Min(settings.RangeSamples, input.Count), size = Math.Min(settings.BatchSize, count);
        double sum = 0.0;
        for (long start = 0L; start < count; start += size)
        {
            using DisposeScope scope = NewDisposeScope();
            long[] rows =
            [
                .. Enumerable.Range((int)start, (int)Math.Min(size, count - start)).Select(static i => (long)i),
            ];
            sum += loss.Backward(unit.Forward(input.Slice(start, rows.Length)), rows) * rows.Length / count;
        }
        return sum;
    }

    private static long RowBytes(Samples samples) =>
        samples.Values.Max(static v => v.NumberOfElements / Math.Max(1, v.shape[0]) * v.element_size());
}
