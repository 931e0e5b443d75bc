using System.Text;
using System.Text.Json;
using QDrop.CompilerServices;
using QDrop.Layers;
using QDrop.Safetensors;
using static TorchSharp.torch;

namespace QDrop.Calibration.Checkpoints;

/// <summary>
/// Reads and writes a checkpoint: a safetensors file with levels, scales and zero points of the layers and activation quantizers of the finished units,
/// and in its metadata the origin, the units' reports and a hash of it all.
/// </summary>
internal static class CheckpointFile
{
    private const string Format = "qdrop-checkpoint", Version = "1";
    private const string FormatKey = "format", VersionKey = "format_version", OriginKey = "origin", HashKey = "sha256", UnitsKey = "units";

    /// <summary>Metadata come first in the file and in order of their names.</summary>
    private static readonly byte[] Start = Encoding.ASCII.GetBytes($"{{\"__metadata__\":{{\"{FormatKey}\":\"{Format}\"");

    /// <summary>Writes the units that are finished, aside and then renamed.</summary>
    /// <exception cref="QDropException">QDROP260: it cannot be written.</exception>
    public static void Write(string path, CheckpointOrigin origin, IReadOnlyList<Unit> finished, IReadOnlyList<UnitReport> reports, Func<string, Stream>? create)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (QuantizedLayer layer in finished.SelectMany(static u => u.Layers))
        {
            tensors.Add(Name(layer, "levels"), layer.Weight.Levels());
            tensors.Add(Name(layer, "scale"), layer.Weight.Scale!.detach());
            tensors.Add(Name(layer, "zero_point"), layer.Weight.ZeroPoint!.detach());
        }
        foreach (var activation in finished.SelectMany(static u => u.Activations))
        {
            tensors.Add(Name(activation, "scale"), activation.Scale!.detach());
            tensors.Add(Name(activation, "zero_point"), activation.ZeroPoint!.detach());
        }
        string about = JsonSerializer.Serialize(origin, CheckpointJson.Default.CheckpointOrigin);
        string units = JsonSerializer.Serialize([.. reports], CheckpointJson.Default.ListUnitReport);
        SafetensorsFile.Write(path, tensors, new Dictionary<string, string>
        {
            [FormatKey] = Format,
            [VersionKey] = Version,
            [OriginKey] = about,
            [UnitsKey] = units,
            [HashKey] = TensorHash.Of(tensors, about + units),
        }, create);
    }

    /// <summary>Whether a file is a checkpoint, whole or not, or empty: nothing is lost where it is replaced.</summary>
    public static bool IsOne(string path)
    {
        using FileStream stream = File.OpenRead(path);
        byte[] found = new byte[sizeof(ulong) + Start.Length];
        int length = stream.ReadAtLeast(found, found.Length, throwOnEndOfStream: false);
        return length == 0 || (length == found.Length && found.AsSpan(sizeof(ulong)).SequenceEqual(Start));
    }

    /// <summary>Reads a checkpoint and gives the quantizers of the units that it has what it has of them; all of it or nothing.</summary>
    /// <param name="path">A file that is a checkpoint, whole or not.</param>
    /// <param name="origin">The origin that it must have.</param>
    /// <param name="units">The model's units, in order.</param>
    /// <returns>The reports of the finished units, which are the first ones.</returns>
    /// <exception cref="InvalidFileException">It is damaged, or foreign: of another origin or version.</exception>
    public static IReadOnlyList<UnitReport> Restore(string path, CheckpointOrigin origin, IReadOnlyList<Unit> units)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        using FileStream stream = File.OpenRead(path);
        (Dictionary<string, Tensor> tensors, Dictionary<string, string> metadata) = SafetensorsFile.Read(stream);
        string Said(string key) => metadata.GetValueOrDefault(key) ?? throw new InvalidFileException($"it has no '{key}'.");
        if (Said(VersionKey) is not Version and { } other)
            throw new InvalidFileException($"it is of version {other} of its format, not {Version}.", foreign: true);
        if (Said(HashKey) != TensorHash.Of(tensors, Said(OriginKey) + Said(UnitsKey)))
            throw new InvalidFileException("its hash is not that of its contents: it is corrupted.");
        var (found, reports) = Parse(Said(OriginKey), Said(UnitsKey));
        if (origin.DifferenceOf(found) is { } difference)
            throw new InvalidFileException($"it is of {difference}.", foreign: true);
        if (!reports.Select(static r => r.Name).SequenceEqual(units.Take(reports.Count).Select(static u => u.Name)))
            throw new InvalidFileException("its units are not the model's first ones.");
        Apply(tensors, [.. units.Take(reports.Count)]);
        return reports;
    }

    private static (CheckpointOrigin Origin, List<UnitReport> Reports) Parse(string origin, string units)
    {
        try
        {
            return (JsonSerializer.Deserialize(origin, CheckpointJson.Default.CheckpointOrigin) ?? throw new JsonException("null"),
                JsonSerializer.Deserialize(units, CheckpointJson.Default.ListUnitReport) ?? throw new JsonException("null"));
        }
        catch (JsonException e)
        {
            throw new InvalidFileException($"its metadata cannot be read ({e.Message}).");
        }
    }

    private static void Apply(Dictionary<string, Tensor> tensors, IReadOnlyList<Unit> finished)
    {
        var restore = new List<Action>();
        foreach (QuantizedLayer layer in finished.SelectMany(static u => u.Layers))
        {
            Tensor levels = Find(Name(layer, "levels"), ScalarType.Byte, layer.Weight.Weight);
            Tensor scale = Find(Name(layer, "scale"), ScalarType.Float32, layer.Weight.Scale!), zeroPoint = Find(Name(layer, "zero_point"), ScalarType.Float32, layer.Weight.ZeroPoint!);
            restore.Add(() => layer.Weight.Restore(levels, scale, zeroPoint));
        }
        foreach (var activation in finished.SelectMany(static u => u.Activations))
        {
            Tensor scale = Find(Name(activation, "scale"), ScalarType.Float32, activation.Scale!), zeroPoint = Find(Name(activation, "zero_point"), ScalarType.Float32, activation.ZeroPoint!);
            restore.Add(() => activation.Restore(scale, zeroPoint));
        }
        restore.ForEach(static action => action());

        Tensor Find(string name, ScalarType type, Tensor like) =>
            tensors.GetValueOrDefault(name) is { } tensor && tensor.dtype == type && tensor.shape.SequenceEqual(like.shape)
                ? tensor
                : throw new InvalidFileException($"its tensor '{name}' is missing or does not fit.");
    }

    private static string Name(QuantizedLayer layer, string what) => $"layer.{layer.Name}.{what}";

    private static string Name(Quantizers.ActivationQuantizer activation, string what) => $"activation.{activation.Name}.{what}";
}
