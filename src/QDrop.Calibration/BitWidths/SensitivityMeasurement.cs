using QDrop.Calibration.Execution;
using QDrop.Calibration.Learning;
using QDrop.CompilerServices;
using QDrop.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Calibration.BitWidths;

/// <summary>
/// Measures what each layer costs at the model's end with each bit width: nothing but its weights quantized, rounded to
/// nearest on ranges searched for the width. The units before a layer are not computed again, so that the cost is about
/// half a run of the model, on at most <see cref="MaxSamples"/> inputs, for each layer and width.
/// </summary>
internal sealed class SensitivityMeasurement : IDisposable
{
    /// <summary>Inputs on which the model's end is measured.</summary>
    public const int MaxSamples = 64;

    private readonly CalibrationContext _calibration;
    private readonly IReadOnlyList<Unit> _units;
    private readonly EndComparison _end;
    private readonly PrefixExecutor _floats;
    private readonly Dictionary<QuantizedLayer, long> _operations;

    /// <summary>Runs the float model once.</summary>
    /// <param name="calibration">What the phases of the calibration share.</param>
    /// <param name="units">The units, in the order in which they run.</param>
    public SensitivityMeasurement(CalibrationContext calibration, IReadOnlyList<Unit> units)
    {
        using IDisposable guard = no_grad();
        using DisposeScope scope = NewDisposeScope();
        _calibration = calibration;
        _units = units;
        _floats = new PrefixExecutor(calibration.Quantization, calibration.Memory);
        IReadOnlyList<QuantizedLayer> layers = calibration.Quantization.Layers;
        calibration.Quantization.Enable(weights: false, activations: false);
        // Of one input, and not a share of the batch's: some layers run on what all samples share.
        var before = layers.ToDictionary(static l => l, static l => l.MultiplyAccumulates);
        calibration.Runner.Run(calibration.Batches.First(1));
        _operations = layers.ToDictionary(static l => l, l => l.MultiplyAccumulates - before[l]);
        _end = new EndComparison(calibration, MaxSamples, _floats);
    }

    /// <summary>Inputs on which the model's end is measured.</summary>
    public int Samples => _end.Samples;

    /// <summary>Multiply-accumulates of one input.</summary>
    public long OperationsOf(QuantizedLayer layer) => _operations[layer];

    /// <summary>Measures a layer. Afterwards it has the last width and is not enabled.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="widths">Its bit widths.</param>
    /// <exception cref="QDropException">The model's output says nothing of errors (QDROP289).</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public IReadOnlyList<WidthError> Of(QuantizedLayer layer, IEnumerable<int> widths)
    {
        using IDisposable guard = no_grad();
        Unit? unit = _units.FirstOrDefault(u => u.Layers.Contains(layer));
        _floats.Replay(unit is null ? [] : _units.TakeWhile(u => u != unit));
        var errors = new List<WidthError>();
        foreach (int bits in widths)
        {
            layer.Weight.Bits = bits;
            layer.Weight.Calibration.SearchRange(_calibration.Cancellation);
            layer.Weight.Enabled = true;
            double error = _end.Compare(_floats).Error;
            layer.Weight.Enabled = false;
            if (!double.IsFinite(error))
            {
                throw new QDropException(
                    Codes.NoSensitivity,
                    $"The bit widths of '{_calibration.Descriptor.Name}' cannot be chosen by a budget: what the model "
                        + $"gives on {Samples} calibration inputs has "
                        + "no floating-point value other than 0, or values that are not finite, so that errors of its "
                        + "layers cannot be compared. Give outputs such as scores, or leave Budget out.");
            }
            errors.Add(new(bits, error));
        }
        return errors;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _floats.Dispose();
        _end.Dispose();
    }
}
