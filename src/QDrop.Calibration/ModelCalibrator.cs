using QDrop.CompilerServices;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Calibration;

/// <summary>
/// Post-training quantization of a model: bit widths, weight and activation ranges, then reconstruction unit by unit (arXiv 2203.05740,
/// section 4), each on the outputs of the units before it.
/// </summary>
public static class ModelCalibrator
{
    /// <summary>Quantizes a model with one input.</summary>
    /// <param name="descriptor">The model's description, written by the generator.</param>
    /// <param name="settings">How to quantize; they decide the result together with model, inputs and the number of threads.</param>
    /// <param name="model">The trained float model. It is put into evaluation mode and keeps belonging to the caller.</param>
    /// <param name="inputs">Calibration inputs, <c>[samples, …]</c>, preprocessed as the model expects them.</param>
    /// <param name="progress">Told at every phase, and at most some times a second while reconstructing.</param>
    /// <param name="cancellation">Stops the calibration at the next iteration or batch.</param>
    /// <param name="checkpoint">Where finished units are kept, and taken from if a calibration was stopped; <see langword="null"/> for nowhere.</param>
    /// <param name="insight">Whether the calibrated model is measured (<see cref="CalibrationOutcome.Insight"/>), which costs two to three runs of it, on 64 inputs, for each layer.</param>
    /// <param name="memory">How much memory the activations that are kept may take; <see langword="null"/> for as much as they need.</param>
    /// <returns>The quantized model and what was done for each unit.</returns>
    /// <exception cref="QDropException">Settings, model or data cannot be used; the code says why. With <see cref="Method.Cpq"/> and <see cref="Method.Lsq"/>: QDROP271.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static CalibrationOutcome Run(QuantizedModelDescriptor descriptor, QuantizationSettings settings, Module model, Tensor inputs,
        IProgress<CalibrationProgress>? progress = null, CancellationToken cancellation = default, CalibrationCheckpoint? checkpoint = null, bool insight = false, CalibrationMemory? memory = null) =>
        Run(descriptor, settings, model, [inputs], progress, cancellation, checkpoint, insight, memory);

    /// <summary>Quantizes a model with any number of inputs.</summary>
    /// <param name="descriptor">The model's description, written by the generator.</param>
    /// <param name="settings">How to quantize; they decide the result together with model, inputs and the number of threads.</param>
    /// <param name="model">The trained float model. It is put into evaluation mode and keeps belonging to the caller.</param>
    /// <param name="inputs">
    /// Calibration inputs, a tensor <c>[samples, …]</c> for each parameter of <c>forward</c>, preprocessed as the model expects them: float32, or whole
    /// numbers and truth values where <c>forward</c> takes indices and masks.
    /// </param>
    /// <param name="progress">Told at every phase, and at most some times a second while reconstructing.</param>
    /// <param name="cancellation">Stops the calibration at the next iteration or batch.</param>
    /// <param name="checkpoint">Where finished units are kept, and taken from if a calibration was stopped; <see langword="null"/> for nowhere.</param>
    /// <param name="insight">Whether the calibrated model is measured (<see cref="CalibrationOutcome.Insight"/>), which costs two to three runs of it, on 64 inputs, for each layer.</param>
    /// <param name="memory">How much memory the activations that are kept may take; <see langword="null"/> for as much as they need.</param>
    /// <returns>The quantized model and what was done for each unit.</returns>
    /// <exception cref="QDropException">Settings, model or data cannot be used; the code says why. With <see cref="Method.Cpq"/> and <see cref="Method.Lsq"/>: QDROP271.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static CalibrationOutcome Run(QuantizedModelDescriptor descriptor, QuantizationSettings settings, Module model, IReadOnlyList<Tensor> inputs,
        IProgress<CalibrationProgress>? progress = null, CancellationToken cancellation = default, CalibrationCheckpoint? checkpoint = null, bool insight = false, CalibrationMemory? memory = null)
    {
        settings.Validated();
        if (settings.Method is Method.Cpq or Method.Lsq)
        {
            throw new QDropException(Codes.TargetsMissing, $"Method = {settings.Method} trains the model, which needs the class of each input; calibration got inputs alone. Train with CpqTrainer on TrainingData, "
                + "or in a build let the calibration source implement ILabelledCalibrationSource.");
        }
        CalibrationData.Check(inputs, settings);
        model.eval();
        using var scope = NewDisposeScope();
        var twin = (IModelTwin)QuantizedModel.Create(descriptor, model);
        using (twin as IDisposable)
        {
            using var run = new CalibrationRun(descriptor, settings, twin, inputs, progress, cancellation, checkpoint, memory);
            run.Discover();
            run.SpendBudget();
            run.SearchRanges();
            run.Reconstruct();
            if (insight)
                run.Measure();
            return run.Outcome();
        }
    }
}
