using System.Reflection;
using QDrop.Calibration.Inputs;
using QDrop.Calibration.Training;
using QDrop.CompilerServices;
using static TorchSharp.torch;
using Module = TorchSharp.torch.nn.Module;

namespace QDrop.Calibration;

/// <summary>
/// Quantization-aware training of a model, over its generated twin: cluster-promoting quantization with DropBits (arXiv 2109.02100), or learned step size quantization
/// (arXiv 1902.08153) with <see cref="Method.Lsq"/>.
/// </summary>
/// <remarks>
/// The twin's weights are quantized raw and its batch norms stay alive until the end, when they are folded exactly into the grids: the levels stay, and a channel's scale becomes
/// α·|γ / √(var + ε)|. What comes out is an ordinary quantized model.
/// </remarks>
public sealed class CpqTrainer
{
    private readonly QuantizedModelDescriptor _descriptor;
    private readonly Module _model;
    private readonly QuantizationSettings _settings;

    /// <summary>For a model whose class has <c>[Quantize]</c>.</summary>
    /// <param name="model">The trained float model. While it is trained its tensors change; afterwards they are what they were, and it is in evaluation mode.</param>
    /// <param name="settings">
    /// Bit widths, seed, range search and <see cref="QuantizationSettings.Training"/>; <see cref="QuantizationSettings.Method"/> is <see cref="Method.Lsq"/> or else
    /// <see cref="Method.Cpq"/>.
    /// </param>
    /// <exception cref="ArgumentException">The model's class has no quantized twin.</exception>
    /// <exception cref="QDropException">A setting is out of its range (QDROP004, QDROP006).</exception>
    public CpqTrainer(Module model, QuantizationSettings settings) : this(DescriptorOf(model), model, settings)
    {
    }

    /// <summary>For a model whose description is known.</summary>
    /// <param name="descriptor">The description, written by the generator.</param>
    /// <param name="model">The trained float model.</param>
    /// <param name="settings">The settings.</param>
    /// <exception cref="QDropException">A setting is out of its range (QDROP004, QDROP006).</exception>
    public CpqTrainer(QuantizedModelDescriptor descriptor, Module model, QuantizationSettings settings)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(settings);
        _descriptor = descriptor;
        _model = model;
        _settings = (settings with { Method = settings.Method == Method.Lsq ? Method.Lsq : Method.Cpq, Training = settings.Training ?? new() }).Validated();
    }

    /// <summary>Trains.</summary>
    /// <param name="data">Labelled training data; <see cref="QuantizationSettings.RangeSamples"/> of it, the first, are what activation ranges are searched on.</param>
    /// <param name="progress">Told at every phase, and at most some times a second while training.</param>
    /// <param name="cancellation">Stops training at the next step.</param>
    /// <param name="checkpoint">
    /// Where the state after each epoch is kept, and taken from if a training was stopped; <see langword="null"/> for nowhere. It is refused where settings, model or data are others; what
    /// <see cref="TrainingData.Augment"/> and <see cref="TrainingData.Loss"/> do cannot be told: delete it where that has changed.
    /// </param>
    /// <returns>The quantized model, and how training went.</returns>
    /// <exception cref="QDropException">Settings, model or data cannot be used, or training diverged; the code says why.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public CalibrationOutcome Train(TrainingData data, IProgress<CalibrationProgress>? progress = null, CancellationToken cancellation = default, CalibrationCheckpoint? checkpoint = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        CalibrationData.Check(data.Inputs, 1, "The training data");
        TargetCheck.Check(data.Targets, data.Inputs[0].shape[0], data.Loss is null);
        using var scope = NewDisposeScope();
        using var run = new TrainingRun(_descriptor, _settings, _model, data, progress, cancellation);
        run.Prepare();
        run.Train(checkpoint);
        return run.Outcome();
    }

    private static QuantizedModelDescriptor DescriptorOf(Module model)
    {
        ArgumentNullException.ThrowIfNull(model);
        const BindingFlags Nested = BindingFlags.Public | BindingFlags.NonPublic, Static = BindingFlags.Public | BindingFlags.Static;
        return model.GetType().GetNestedTypes(Nested)
            .Where(static t => t.IsDefined(typeof(QuantizedModelAttribute), inherit: false))
            .Select(static t => t.GetProperty("Descriptor", Static)?.GetValue(null) as QuantizedModelDescriptor)
            .FirstOrDefault(static d => d is not null)
            ?? throw new ArgumentException($"{model.GetType()} has no quantized twin: expected a partial class marked [Quantize], built with the QDrop generator.", nameof(model));
    }
}
