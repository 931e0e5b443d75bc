using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using QDrop.Calibration.Checkpoints;
using QDrop.Safetensors;
using static TorchSharp.torch;

namespace QDrop.Calibration.Training;

/// <summary>
/// The checkpoint of a training: a safetensors file with the state after the last whole epoch, and in its metadata the origin, the epochs' reports and a hash of it all.
/// </summary>
/// <param name="checkpoint">Where it is kept; <see langword="null"/> for nowhere.</param>
/// <param name="origin">What it must be of.</param>
/// <param name="state">The state.</param>
/// <param name="epochs">Epochs in all.</param>
internal sealed class FinishedEpochs(CalibrationCheckpoint? checkpoint, Func<CheckpointOrigin> origin, TrainingState state, int epochs)
{
    private const string Format = "qdrop-training", Version = "1";
    private const string FormatKey = "format", VersionKey = "format_version", OriginKey = "origin", HashKey = "sha256", ReportsKey = "reports";

    /// <summary>Metadata come first in the file and in order of their names.</summary>
    private static readonly byte[] Start = Encoding.ASCII.GetBytes($"{{\"__metadata__\":{{\"{FormatKey}\":\"{Format}\"");

    private CheckpointOrigin? _origin;
    private bool _failed;

    private CheckpointOrigin Origin => _origin ??= origin();

    /// <summary>Goes on after the epochs that the checkpoint has.</summary>
    /// <exception cref="QDropException">The checkpoint is of another model, of other settings or of another version, and somebody named it (QDROP242).</exception>
    public void Restore()
    {
        if (checkpoint is null || !File.Exists(checkpoint.Path))
            return;
        try
        {
            state.Epochs.AddRange(Read(checkpoint.Path));
            Note(null, $"Going on from the checkpoint '{checkpoint.Path}': {state.Epochs.Count} of {epochs} epochs are done.");
        }
        catch (InvalidFileException e) when (e.Foreign && !checkpoint.ReplaceOthers)
        {
            throw new QDropException(Codes.OtherCheckpoint, $"The checkpoint '{checkpoint.Path}' cannot be used: {e.Message} Expected one of this training, or no file. Name another file, or delete this one to begin anew.", e);
        }
        catch (Exception e) when (e is InvalidFileException or IOException or UnauthorizedAccessException)
        {
            Note(null, $"The checkpoint '{checkpoint.Path}' is ignored, and training begins anew: {e.Message}");
        }
    }

    /// <summary>Keeps the state after an epoch. Where it cannot be kept, training goes on all the same, and tries again after the next one.</summary>
    public void Keep()
    {
        if (checkpoint is null)
            return;
        try
        {
            Write(checkpoint);
        }
        catch (QDropException e) when (e.Code == Codes.NotWritten)
        {
            if (!_failed)
                Note(Codes.CheckpointNotWritten, $"The checkpoint cannot be written, so that a training that is stopped loses the epochs since the last one. Training goes on. {e.Message}");
            _failed = true;
        }
    }

    private void Write(CalibrationCheckpoint target)
    {
        using var scope = NewDisposeScope();
        Dictionary<string, Tensor> tensors = state.Tensors();
        string about = JsonSerializer.Serialize(Origin, CheckpointJson.Default.CheckpointOrigin);
        string done = JsonSerializer.Serialize([.. state.Epochs], TrainingJson.Default.ListEpochReport);
        SafetensorsFile.Write(target.Path, tensors, new Dictionary<string, string>
        {
            [FormatKey] = Format,
            [VersionKey] = Version,
            [OriginKey] = about,
            [ReportsKey] = done,
            [HashKey] = TensorHash.Of(tensors, about + done),
        }, target.Create);
    }

    private List<EpochReport> Read(string path)
    {
        using var scope = NewDisposeScope();
        using FileStream stream = File.OpenRead(path);
        byte[] found = new byte[sizeof(ulong) + Start.Length];
        int length = stream.ReadAtLeast(found, found.Length, throwOnEndOfStream: false);
        if (length > 0 && (length < found.Length || !found.AsSpan(sizeof(ulong)).SequenceEqual(Start)))
            throw new InvalidFileException("it is no checkpoint of a training.", foreign: true);
        stream.Position = 0;
        (Dictionary<string, Tensor> tensors, Dictionary<string, string> metadata) = SafetensorsFile.Read(stream);
        string Said(string key) => metadata.GetValueOrDefault(key) ?? throw new InvalidFileException($"it has no '{key}'.");
        if (Said(VersionKey) is not Version and { } other)
            throw new InvalidFileException($"it is of version {other} of its format, not {Version}.", foreign: true);
        if (Said(HashKey) != TensorHash.Of(tensors, Said(OriginKey) + Said(ReportsKey)))
            throw new InvalidFileException("its hash is not that of its contents: it is corrupted.");
        try
        {
            CheckpointOrigin of = JsonSerializer.Deserialize(Said(OriginKey), CheckpointJson.Default.CheckpointOrigin) ?? throw new JsonException("null");
            List<EpochReport> reports = JsonSerializer.Deserialize(Said(ReportsKey), TrainingJson.Default.ListEpochReport) ?? throw new JsonException("null");
            if (Origin.DifferenceOf(of) is { } difference)
                throw new InvalidFileException($"it is of {difference}.", foreign: true);
            state.Restore(tensors);
            return reports;
        }
        catch (JsonException e)
        {
            throw new InvalidFileException($"its metadata cannot be read ({e.Message}).");
        }
    }

    private void Note(string? code, string text) => checkpoint!.Noted?.Invoke(new CheckpointNote(code, text));
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(List<EpochReport>))]
internal sealed partial class TrainingJson : JsonSerializerContext;
