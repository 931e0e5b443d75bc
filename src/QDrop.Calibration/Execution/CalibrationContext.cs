using QDrop.Calibration.Inputs;
using QDrop.CompilerServices;
using static TorchSharp.torch;

namespace QDrop.Calibration.Execution;

/// <summary>What the phases of a calibration share: the model and its twin, the settings, the inputs, and the memory and time that are used.</summary>
internal sealed class CalibrationContext : IDisposable
{
    private readonly Lazy<string> _weightsHash, _calibrationHash;

    /// <param name="descriptor">The model's description.</param>
    /// <param name="settings">How to quantize.</param>
    /// <param name="twin">The model's twin, which keeps belonging to the caller.</param>
    /// <param name="inputs">Calibration inputs, a tensor <c>[samples, …]</c> for each parameter of <c>forward</c>.</param>
    /// <param name="progress">Told how far the calibration is.</param>
    /// <param name="cancellation">Stops the calibration.</param>
    /// <param name="memory">How much memory the activations that are kept may take; <see langword="null"/> for as much as they need.</param>
    public CalibrationContext(QuantizedModelDescriptor descriptor, QuantizationSettings settings, IModelTwin twin, IReadOnlyList<Tensor> inputs,
        IProgress<CalibrationProgress>? progress, CancellationToken cancellation, CalibrationMemory? memory)
    {
        Descriptor = descriptor;
        Settings = settings;
        Twin = twin;
        Quantization.Method = settings.Method;
        Quantization.Granularity = settings.Granularity;
        Runner = new TwinRunner(descriptor.Name, twin);
        Batches = new CalibrationBatches(twin, inputs);
        Progress = new CalibrationProgressReport(progress, settings.Iterations);
        Cancellation = cancellation;
        Quantization.Cancellation = cancellation;
        Memory = new ActivationMemory(memory);
        _weightsHash = new(() => WeightFile.Hash(Twin.Float));
        _calibrationHash = new(() => CalibrationData.Hash(Batches.Inputs));
    }

    /// <summary>The model's description.</summary>
    public QuantizedModelDescriptor Descriptor { get; }

    /// <summary>How to quantize.</summary>
    public QuantizationSettings Settings { get; }

    /// <summary>The model's twin.</summary>
    public IModelTwin Twin { get; }

    /// <summary>The twin's layers and quantizers.</summary>
    public QuantizationContext Quantization => Twin.Context;

    /// <summary>Runs model and twin.</summary>
    public TwinRunner Runner { get; }

    /// <summary>The calibration inputs.</summary>
    public CalibrationBatches Batches { get; }

    /// <summary>Tells how far the calibration is.</summary>
    public CalibrationProgressReport Progress { get; }

    /// <summary>Stops the calibration.</summary>
    public CancellationToken Cancellation { get; }

    /// <summary>Gives memory for activations of all inputs.</summary>
    public ActivationMemory Memory { get; }

    /// <summary>Counts the time of each phase.</summary>
    public CalibrationProfile Profile { get; } = new();

    /// <summary>Hash of the model's weights.</summary>
    public string WeightsHash => _weightsHash.Value;

    /// <summary>Hash of the calibration inputs.</summary>
    public string CalibrationHash => _calibrationHash.Value;

    /// <summary>The network that a unit's inputs come from. Learned rounding alone sees float activations until all weights are done.</summary>
    public void SetQuantized(bool on) => Quantization.Enable(weights: on, activations: on && !Settings.Method.Traits.KeepsActivationsFloat);

    /// <inheritdoc/>
    public void Dispose()
    {
        Quantization.Executor = null;
        Batches.Dispose();
        Memory.Dispose();
    }
}
