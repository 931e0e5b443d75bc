using System.Text.Json.Serialization;
using QDrop.Calibration.Checkpoints;

namespace QDrop.Calibration.Training;

/// <summary>The epochs that a training has finished, in this run or, by its checkpoint, in one before it.</summary>
/// <param name="checkpoint">Where the state after them is kept; <see langword="null"/> for nowhere.</param>
/// <param name="origin">What a checkpoint must be of.</param>
/// <param name="state">The state.</param>
/// <param name="epochs">Epochs in all.</param>
internal sealed class FinishedEpochs(
    CalibrationCheckpoint? checkpoint, Func<CheckpointOrigin> origin, TrainingState state, int epochs)
{
    private static readonly CheckpointKind<EpochReport> Kind =
        new("qdrop-training", "reports", TrainingJson.Default.ListEpochReport, "training", "epochs");

    private readonly CheckpointStore<EpochReport> _store = new(checkpoint, Kind, origin, epochs);

    /// <summary>Goes on after the epochs that the checkpoint has.</summary>
    /// <exception cref="QDropException">
    /// The checkpoint is of another model, of other settings or of another version, and somebody named it (QDROP242).
    /// </exception>
    public void Restore() => state.Epochs.AddRange(_store.Restore((tensors, _) => state.Restore(tensors)));

    /// <summary>Keeps the state after an epoch.</summary>
    public void Keep() => _store.Keep(state.Tensors, state.Epochs);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(List<EpochReport>))]
internal sealed partial class TrainingJson : JsonSerializerContext;
