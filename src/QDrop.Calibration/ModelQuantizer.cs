using System.Reflection;
using QDrop.Calibration.Inputs;
using QDrop.Calibration.Training;
using QDrop.CompilerServices;
using TorchSharp;
using static TorchSharp.torch;
using Module = TorchSharp.torch.nn.Module;

namespace QDrop.Calibration;

/// <summary>Quantizes a model by any <see cref="Method"/>, as the build does.</summary>
/// <remarks>
/// Post-training quantization searches bit widths and ranges, then reconstructs the model unit by unit (arXiv
/// 2203.05740, section 4), each on the outputs of the units before it. Training changes all weights together, by the
/// gradients of a loss on labelled data.
/// </remarks>
public static class ModelQuantizer
{
    /// <summary>Quantizes a model with one input after its training.</summary>
    /// <param name="descriptor">The model's description, written by the generator.</param>
    /// <param name="settings">
    /// How to quantize; they decide the result together with model, inputs and the number of threads.
    /// </param>
    /// <param name="model">
    /// The trained float model. It is put into evaluation mode and keeps belonging to the caller.
    /// </param>
    /// <param name="inputs">Calibration inputs, <c>[samples, …]</c>, preprocessed as the model expects them.</param>
    /// <param name="progress">Is told of every phase, and at most some times a second while reconstructing.</param>
    /// <param name="cancellation">Stops at the next iteration or batch.</param>
    /// <param name="checkpoint">
    /// Where finished units are kept, and taken from if an earlier call was stopped; <see langword="null"/> for
    /// nowhere.
    /// </param>
    /// <param name="insight">
    /// Whether the quantized model is measured (<see cref="CalibrationOutcome.Insight"/>), which costs two to three
    /// runs of it, on 64 inputs, for each layer.
    /// </param>
    /// <param name="memory">
    /// How much memory the process may take; <see langword="null"/> for as much as calibration needs.
    /// </param>
    /// <returns>The quantized model and what was done for each unit.</returns>
    /// <exception cref="QDropException">
    /// Settings, model or data cannot be used; the code says why. QDROP271: the method trains the model, which needs
    /// the class of each input.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static CalibrationOutcome Quantize(
        QuantizedModelDescriptor descriptor,
        QuantizationSettings settings,
        Module model,
        Tensor inputs,
        IProgress<CalibrationProgress>? progress = null,
        CancellationToken cancellation = default,
        CalibrationCheckpoint? checkpoint = null,
        bool insight = false,
        CalibrationMemory? memory = null
    ) => Quantize(descriptor, settings, model, [inputs], progress, cancellation, checkpoint, insight, memory);

    /// <summary>Quantizes a model with any number of inputs after its training.</summary>
    /// <param name="descriptor">The model's description, written by the generator.</param>
    /// <param name="settings">
    /// How to quantize; they decide the result together with model, inputs and the number of threads.
    /// </param>
    /// <param name="model">
    /// The trained float model. It is put into evaluation mode and keeps belonging to the caller.
    /// </param>
    /// <param name="inputs">
    /// Calibration inputs, a tensor <c>[samples, …]</c> for each parameter of <c>forward</c>, preprocessed as the model
    /// expects them: float32, or whole numbers and truth values where <c>forward</c> takes indices and masks.
    /// </param>
    /// <param name="progress">Is told of every phase, and at most some times a second while reconstructing.</param>
    /// <param name="cancellation">Stops at the next iteration or batch.</param>
    /// <param name="checkpoint">
    /// Where finished units are kept, and taken from if an earlier call was stopped; <see langword="null"/> for
    /// nowhere.
    /// </param>
    /// <param name="insight">
    /// Whether the quantized model is measured (<see cref="CalibrationOutcome.Insight"/>), which costs two to three
    /// runs of it, on 64 inputs, for each layer.
    /// </param>
    /// <param name="memory">
    /// How much memory the process may take; <see langword="null"/> for as much as calibration needs.
    /// </param>
    /// <returns>The quantized model and what was done for each unit.</returns>
    /// <exception cref="QDropException">
    /// Settings, model or data cannot be used; the code says why. QDROP271: the method trains the model, which needs
    /// the class of each input.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static CalibrationOutcome Quantize(
        QuantizedModelDescriptor descriptor,
        QuantizationSettings settings,
        Module model,
        IReadOnlyList<Tensor> inputs,
        IProgress<CalibrationProgress>? progress = null,
        CancellationToken cancellation = default,
        CalibrationCheckpoint? checkpoint = null,
        bool insight = false,
        CalibrationMemory? memory = null)
    {
        settings.Validated();
        if (settings.Trains)
        {
            throw new QDropException(
                Codes.TargetsMissing,
                $"Method = {settings.Method} trains the model, which needs the class of each input, but got "
                    + "inputs alone. Give ModelQuantizer a TrainingData, or in a build let the calibration source "
                    + "implement "
                    + "ILabelledCalibrationSource.");
        }
        CalibrationData.Check(inputs, settings);
        using IDisposable gradients = WithGradients();
        using var prepared = new PreparedModel(descriptor, model);
        return Calibrate(
            prepared, settings, new CalibrationSet(inputs), progress, cancellation, checkpoint, insight, memory);
    }

    /// <summary>Quantizes a model by training it, or after its training where the method needs no labels.</summary>
    /// <param name="descriptor">The model's description, written by the generator.</param>
    /// <param name="settings">How to quantize.</param>
    /// <param name="model">
    /// The trained float model. While it is trained its tensors change; afterwards they are what they were, and it is
    /// in evaluation mode.
    /// </param>
    /// <param name="data">
    /// Labelled data. Activation ranges are searched on the first <see cref="QuantizationSettings.RangeSamples"/> of
    /// them; a method that needs no labels is calibrated on the first <see cref="QuantizationSettings.Samples"/>
    /// inputs.
    /// </param>
    /// <param name="progress">Is told of every phase, and at most some times a second while training.</param>
    /// <param name="cancellation">Stops at the next step.</param>
    /// <param name="checkpoint">
    /// Where the state after each epoch is kept, and taken from if a training was stopped; <see langword="null"/> for
    /// nowhere. It is refused where settings, model or data are others; what <see cref="TrainingData.Augment"/> and
    /// <see cref="TrainingData.Loss"/> do cannot be told: delete it where that has changed.
    /// </param>
    /// <param name="insight">As for a model that is not trained; a trained model is not measured.</param>
    /// <param name="memory">As for a model that is not trained; training keeps no activations.</param>
    /// <returns>The quantized model, and how training went.</returns>
    /// <exception cref="QDropException">
    /// Settings, model or data cannot be used, or training diverged; the code says why.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static CalibrationOutcome Quantize(
        QuantizedModelDescriptor descriptor,
        QuantizationSettings settings,
        Module model,
        TrainingData data,
        IProgress<CalibrationProgress>? progress = null,
        CancellationToken cancellation = default,
        CalibrationCheckpoint? checkpoint = null,
        bool insight = false,
        CalibrationMemory? memory = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(data);
        if (!settings.Trains)
        {
            IReadOnlyList<Tensor> inputs =
            [
                .. data.Inputs.Select(i => i.narrow(0, 0, Math.Min(settings.Samples, i.shape[0]))),
            ];
            return Quantize(descriptor, settings, model, inputs, progress, cancellation, checkpoint, insight, memory);
        }
        settings.Validated();
        CalibrationData.Check(data.Inputs, 1, "The training data");
        TargetCheck.Check(data.Targets, data.Inputs[0].shape[0], data.Loss is null);
        using IDisposable gradients = WithGradients();
        using var prepared = new PreparedModel(descriptor, model);
        return Train(prepared, settings, new TrainingSet(data), progress, cancellation, checkpoint);
    }

    /// <summary>
    /// Lets autograd record what this thread computes, until the result is disposed: learning needs gradients, also
    /// where the caller is within <c>no_grad</c> or <c>inference_mode</c>.
    /// </summary>
    private static IDisposable WithGradients() => inference_mode(mode: false);

    /// <summary>Quantizes a model after its training, its settings and inputs checked.</summary>
    internal static CalibrationOutcome Calibrate(
        PreparedModel model,
        QuantizationSettings settings,
        CalibrationSet inputs,
        IProgress<CalibrationProgress>? progress,
        CancellationToken cancellation,
        CalibrationCheckpoint? checkpoint,
        bool insight,
        CalibrationMemory? memory)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable rule = GradientMode.Follow(GradientRule.Ignored);
        using var run = new PostTrainingQuantizer(
            model, settings.Effective(), inputs, progress, cancellation, checkpoint, memory);
        run.Discover();
        run.SpendBudget();
        run.SearchRanges();
        run.Reconstruct();
        if (insight)
            run.Measure();
        return run.Outcome();
    }

    /// <summary>Quantizes a model by training it, its settings and data checked.</summary>
    internal static CalibrationOutcome Train(PreparedModel model, QuantizationSettings settings, TrainingSet data,
        IProgress<CalibrationProgress>? progress, CancellationToken cancellation, CalibrationCheckpoint? checkpoint)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable rule = GradientMode.Follow(GradientRule.Stopped);
        using var trainer = new ModelTrainer(model, settings, data, progress, cancellation);
        trainer.Prepare();
        trainer.Train(checkpoint);
        TrainedModel trained = trainer.Result();
        return new CalibrationOutcome(trained.State, trained.Units, trained.Cost)
        {
            Profile = trained.Profile,
            Training = trained.Report,
        };
    }

    /// <summary>Gets the description that the generator wrote for a model.</summary>
    /// <param name="model">The float model.</param>
    /// <returns>The description, which says how the model's attribute wants it quantized.</returns>
    /// <exception cref="ArgumentException">The model's class has no quantized twin.</exception>
    public static QuantizedModelDescriptor DescriptorOf(Module model)
    {
        ArgumentNullException.ThrowIfNull(model);
        const BindingFlags Nested = BindingFlags.Public | BindingFlags.NonPublic,
            Static = BindingFlags.Public | BindingFlags.Static;
        return model
                .GetType()
                .GetNestedTypes(Nested)
                .Where(static t => t.IsDefined(typeof(QuantizedModelAttribute), inherit: false))
                .Select(static t => t.GetProperty("Descriptor", Static)?.GetValue(null) as QuantizedModelDescriptor)
                .FirstOrDefault(static d => d is not null)
            ?? throw new ArgumentException(
                $"{model.GetType()} has no quantized twin: expected a partial class marked [Quantize], built with "
                    + "the QDrop generator.",
                nameof(model));
    }
}
