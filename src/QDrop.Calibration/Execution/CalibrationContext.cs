using QDrop.Calibration.Inputs;
using QDrop.CompilerServices;

namespace QDrop.Calibration.Execution;

/// <summary>
/// What the phases of a calibration share: the model and its twin, the settings, the inputs, and the memory and time
/// that are used.
/// </summary>
internal sealed class CalibrationContext : IDisposable
{
    private readonly PreparedModel _model;
    private readonly CalibrationSet _inputs;

    /// <param name="model">The model, which keeps belonging to the caller.</param>
    /// <param name="settings">How to quantize.</param>
    /// <param name="inputs">Calibration inputs.</param>
    /// <param name="progress">Told how far the calibration is.</param>
    /// <param name="cancellation">Stops the calibration.</param>
    /// <param name="memory">
    /// How much memory the process may take; <see langword="null"/> for as much as it needs.
    /// </param>
    public CalibrationContext(PreparedModel model, QuantizationSettings settings, CalibrationSet inputs,
        IProgress<CalibrationProgress>? progress, CancellationToken cancellation, CalibrationMemory? memory)
    {
        _model = model;
        _inputs = inputs;
        Settings = settings;
        Quantization.Method = settings.Method;
        Quantization.Granularity = settings.Granularity;
        Quantization.PassCounts.Find(settings);
        Runner = new TwinRunner(model.Descriptor.Name, model.Twin);
        // Until it is known what the model needs, nothing is kept on the heap.
        Memory = new ActivationMemory(memory) { Room = memory is null ? long.MaxValue : 0 };
        Batches = new CalibrationBatches(model.Twin, inputs.Inputs, Memory);
        Progress = new CalibrationProgressReport(progress, settings.Iterations);
        Cancellation = cancellation;
        Quantization.Cancellation = cancellation;
        Limit = memory?.Limit;
    }

    /// <summary>The model's description.</summary>
    public QuantizedModelDescriptor Descriptor => _model.Descriptor;

    /// <summary>How to quantize.</summary>
    public QuantizationSettings Settings { get; }

    /// <summary>The model's twin.</summary>
    public IModelTwin Twin => _model.Twin;

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

    /// <summary>Bytes that the process may take; <see langword="null"/> for as many as it needs.</summary>
    public long? Limit { get; }

    /// <summary>
    /// How many samples each pass computes at once, and what it needs; known when the model is discovered.
    /// </summary>
    public PassPlan Plan { get; set; } = PassPlan.Small;

    /// <summary>Counts the time of each phase.</summary>
    public CalibrationProfile Profile { get; } = new();

    /// <summary>Hash of the model's weights.</summary>
    public string WeightsHash => _model.WeightsHash;

    /// <summary>Checks, once the model has run, that this has not changed its parameters and buffers.</summary>
    /// <exception cref="QDropException">It has (QDROP239); they are what they were.</exception>
    public void CheckUnchanged() => _model.CheckUnchanged();

    /// <summary>Hash of the calibration inputs.</summary>
    public string CalibrationHash => _inputs.Hash;

    /// <summary>
    /// The network that a unit's inputs come from. Learned rounding alone sees float activations until all weights are
    /// done.
    /// </summary>
    public void SetQuantized(bool on) =>
        Quantization.Enable(weights: on, activations: on && !Settings.Method.Traits.KeepsActivationsFloat);

    /// <inheritdoc/>
    public void Dispose()
    {
        Quantization.Executor = null;
        Batches.Dispose();
        Memory.Dispose();
    }
}
