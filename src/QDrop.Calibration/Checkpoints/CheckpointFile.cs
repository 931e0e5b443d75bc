using System.Text;
using System.Text.Json;
using QDrop.Safetensors;
using static TorchSharp.torch;

namespace QDrop.Calibration.Checkpoints;

/// <summary>
/// Reads and writes a checkpoint: a safetensors file with the tensors of what is finished, and in its metadata the
/// origin, the reports and a hash of it all.
/// </summary>
/// <typeparam name="TReport">What is reported of each part that is finished.</typeparam>
/// <param name="kind">The kind of the checkpoint.</param>
internal sealed class CheckpointFile<TReport>(CheckpointKind<TReport> kind)
{
    private const string Version = "1";
    private const string FormatKey = "format", VersionKey = "format_version", OriginKey = "origin", HashKey = "sha256";

    /// <summary>Metadata come first in the file and in order of their names.</summary>
    private readonly byte[] _start =
        Encoding.ASCII.GetBytes($"{{\"__metadata__\":{{\"{FormatKey}\":\"{kind.Format}\"");

    /// <summary>Writes what is finished, aside and then renamed.</summary>
    /// <param name="path">The file.</param>
    /// <param name="origin">What it is of.</param>
    /// <param name="tensors">What is finished.</param>
    /// <param name="reports">What was done for each part.</param>
    /// <param name="create">Creates the file; <see langword="null"/> for an ordinary one.</param>
    /// <exception cref="QDropException">QDROP260: it cannot be written.</exception>
    public void Write(
        string path,
        CheckpointOrigin origin,
        IReadOnlyDictionary<string, Tensor> tensors,
        IEnumerable<TReport> reports,
        Func<string, Stream>? create)
    {
        string about = JsonSerializer.Serialize(origin, CheckpointJson.Default.CheckpointOrigin);
        string done = JsonSerializer.Serialize([.. reports], kind.Reports);
        Dictionary<string, string> metadata = new()
        {
            [FormatKey] = kind.Format,
            [VersionKey] = Version,
            [OriginKey] = about,
            [kind.ReportsKey] = done,
            [HashKey] = TensorHash.Of(tensors, about + done),
        };
        SafetensorsFile.Write(path, tensors, metadata, create);
    }

    /// <summary>Reads a checkpoint.</summary>
    /// <param name="path">The file.</param>
    /// <param name="origin">The origin that it must have.</param>
    /// <returns>Its tensors, which belong to the dispose scope, and its reports.</returns>
    /// <exception cref="InvalidFileException">
    /// It is damaged, or foreign: no checkpoint of this kind, or of another origin or version.
    /// </exception>
    public (Dictionary<string, Tensor> Tensors, List<TReport> Reports) Read(string path, CheckpointOrigin origin)
    {
        using FileStream stream = File.OpenRead(path);
        if (!IsOne(stream))
            throw new InvalidFileException($"it is no checkpoint of a {kind.Work}.", foreign: true);
        (Dictionary<string, Tensor> tensors, Dictionary<string, string> metadata) = SafetensorsFile.Read(stream);
        if (Said(VersionKey) is not Version and { } other)
        {
            throw new InvalidFileException(
                $"it is of version {other} of its format, not {Version}.", foreign: true);
        }
        if (Said(HashKey) != TensorHash.Of(tensors, Said(OriginKey) + Said(kind.ReportsKey)))
            throw new InvalidFileException("its hash is not that of its contents: it is corrupted.");
        (CheckpointOrigin found, List<TReport> reports) = Parse(Said(OriginKey), Said(kind.ReportsKey));
        if (origin.DifferenceOf(found) is { } difference)
            throw new InvalidFileException($"it is of {difference}.", foreign: true);
        return (tensors, reports);

        string Said(string key) =>
            metadata.GetValueOrDefault(key) ?? throw new InvalidFileException($"it has no '{key}'.");
    }

    /// <summary>
    /// Whether a file is a checkpoint of this kind, whole or not, or empty: nothing is lost where it is replaced.
    /// </summary>
    private bool IsOne(FileStream stream)
    {
        byte[] found = new byte[sizeof(ulong) + _start.Length];
        int length = stream.ReadAtLeast(found, found.Length, throwOnEndOfStream: false);
        stream.Position = 0;
        return length == 0 || (length == found.Length && found.AsSpan(sizeof(ulong)).SequenceEqual(_start));
    }

    private (CheckpointOrigin Origin, List<TReport> Reports) Parse(string origin, string reports)
    {
        try
        {
            return (
                JsonSerializer.Deserialize(origin, CheckpointJson.Default.CheckpointOrigin)
                    ?? throw new JsonException("null"),
                JsonSerializer.Deserialize(reports, kind.Reports) ?? throw new JsonException("null"));
        }
        catch (JsonException e)
        {
            throw new InvalidFileException($"its metadata cannot be read ({e.Message}).");
        }
    }
}
