using QDrop.Calibration.Checkpoints;
using QDrop.CompilerServices;
using QDrop.Layers;
using QDrop.Quantizers;
using QDrop.Safetensors;
using static TorchSharp.torch;

namespace QDrop.Calibration.Reconstruction;

/// <summary>The units that a calibration has finished, in this run or, by its checkpoint, in one before it.</summary>
/// <param name="checkpoint">Where they are kept; <see langword="null"/> for nowhere.</param>
/// <param name="origin">What a checkpoint must be of.</param>
/// <param name="units">The model's units, in order.</param>
internal sealed class FinishedUnits(
    CalibrationCheckpoint? checkpoint, Func<CheckpointOrigin> origin, IReadOnlyList<Unit> units)
{
    private static readonly CheckpointKind<UnitReport> Kind =
        new("qdrop-checkpoint", "units", CheckpointJson.Default.ListUnitReport, "calibration", "units");

    private readonly List<UnitReport> _reports = [];
    private readonly CheckpointStore<UnitReport> _store = new(checkpoint, Kind, origin, units.Count);

    /// <summary>What was done for each of them.</summary>
    public IReadOnlyList<UnitReport> Reports => _reports;

    private IEnumerable<Unit> Finished => units.Take(_reports.Count);

    /// <summary>
    /// Gives the quantizers of the units that the checkpoint has what was found for them. Their ranges must have been
    /// searched.
    /// </summary>
    /// <exception cref="QDropException">
    /// The checkpoint is of another model, of other settings or of another version, and somebody named it (QDROP242).
    /// </exception>
    public void Restore() => _reports.AddRange(_store.Restore(Apply));

    /// <summary>Adds the next unit.</summary>
    public void Add(UnitReport report)
    {
        _reports.Add(report);
        _store.Keep(() => TensorsOf(Finished), _reports);
    }

    private static Dictionary<string, Tensor> TensorsOf(IEnumerable<Unit> finished)
    {
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (Unit unit in finished)
        {
            foreach (QuantizedLayer layer in unit.Layers)
            {
                tensors.Add(Name(layer, "levels"), layer.Weight.Levels());
                tensors.Add(Name(layer, "scale"), layer.Weight.Scale!.detach());
                tensors.Add(Name(layer, "zero_point"), layer.Weight.ZeroPoint!.detach());
            }
            foreach (ActivationQuantizer activation in unit.Activations)
            {
                tensors.Add(Name(activation, "scale"), activation.Scale!.detach());
                tensors.Add(Name(activation, "zero_point"), activation.ZeroPoint!.detach());
            }
        }
        return tensors;
    }

    private void Apply(IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyList<UnitReport> reports)
    {
        Unit[] finished = [.. units.Take(reports.Count)];
        if (!reports.Select(static r => r.Name).SequenceEqual(finished.Select(static u => u.Name)))
            throw new InvalidFileException("its units are not the model's first ones.");
        List<Action> restore = [];
        foreach (QuantizedLayer layer in finished.SelectMany(static u => u.Layers))
        {
            Tensor levels = Find(Name(layer, "levels"), ScalarType.Byte, layer.Weight.Weight);
            Tensor scale = Find(Name(layer, "scale"), ScalarType.Float32, layer.Weight.Scale!);
            Tensor zeroPoint = Find(Name(layer, "zero_point"), ScalarType.Float32, layer.Weight.ZeroPoint!);
            restore.Add(() => layer.Weight.Restore(levels, scale, zeroPoint));
        }
        foreach (ActivationQuantizer activation in finished.SelectMany(static u => u.Activations))
        {
            Tensor scale = Find(Name(activation, "scale"), ScalarType.Float32, activation.Scale!);
            Tensor zeroPoint = Find(Name(activation, "zero_point"), ScalarType.Float32, activation.ZeroPoint!);
            restore.Add(() => activation.Restore(scale, zeroPoint));
        }
        restore.ForEach(static action => action());

        Tensor Find(string name, ScalarType type, Tensor like) =>
            tensors.GetValueOrDefault(name) is { } tensor
            && tensor.dtype == type
            && tensor.shape.SequenceEqual(like.shape)
                ? tensor
                : throw new InvalidFileException($"its tensor '{name}' is missing or does not fit.");
    }

    private static string Name(QuantizedLayer layer, string what) => $"layer.{layer.Name}.{what}";

    private static string Name(ActivationQuantizer activation, string what) => $"activation.{activation.Name}.{what}";
}
