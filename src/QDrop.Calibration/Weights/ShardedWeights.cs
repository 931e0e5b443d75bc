using System.Text.Json;
using QDrop.Safetensors;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Calibration.Weights;

/// <summary>
/// Reads weights in several files beside an index, <c>model.safetensors.index.json</c>: an object whose
/// <c>weight_map</c> gives the name of a file in the same folder for each tensor.
/// </summary>
internal static class ShardedWeights
{
    /// <summary>That of a model with 100,000 tensors has a tenth of it.</summary>
    private const long LargestIndex = 100_000_000;

    private const string NotOfOneModel = "the files do not belong together";

    /// <exception cref="QDropException">A file is missing or damaged, or they do not belong together.</exception>
    internal static Dictionary<string, Tensor> Read(InputFile kind, string path)
    {
        using DisposeScope scope = NewDisposeScope();
        Dictionary<string, string> map = ReadMap(kind, path);
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (string file in Files(map))
        {
            foreach ((string? name, Tensor? tensor) in WeightFormat.Read(kind, Beside(path, file)))
            {
                if (map.GetValueOrDefault(name) != file)
                {
                    string said = map.TryGetValue(name, out string? other) ? $"says is in '{other}'" : "does not name";
                    throw kind.Invalid(
                        path, $"'{file}' has a tensor '{name}', which the index {said}: {NotOfOneModel}.");
                }

                tensors.Add(name, tensor);
            }
        }

        if (map.Keys.FirstOrDefault(name => !tensors.ContainsKey(name)) is { } missing)
        {
            throw kind.Invalid(
                path, $"it says that tensor '{missing}' is in '{map[missing]}', which lacks it: {NotOfOneModel}.");
        }

        foreach (Tensor tensor in tensors.Values)
            tensor.MoveToOuterDisposeScope();
        return tensors;
    }

    /// <summary>Full or relative paths of the files that the index names.</summary>
    internal static IEnumerable<string> FilesOf(InputFile kind, string path) =>
        Files(ReadMap(kind, path)).Select(file => Beside(path, file));

    private static IEnumerable<string> Files(Dictionary<string, string> map) =>
        map.Values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

    private static string Beside(string index, string file) => Path.Combine(Path.GetDirectoryName(index) ?? "", file);

    private static Dictionary<string, string> ReadMap(InputFile kind, string path) => kind.Read(path, static stream =>
    {
        if (stream.Length > LargestIndex)
            throw new InvalidFileException($"it has {stream.Length} bytes; an index has at most {LargestIndex}.");
        try
        {
            using var index = JsonDocument.Parse(stream);
            return FileNames(index.RootElement);
        }
        catch (JsonException e)
        {
            throw new InvalidFileException($"it is not JSON ({e.Message.TrimEnd('.')}).");
        }
        catch (InvalidOperationException e)
        {
            // A string with half of a surrogate pair.
            throw new InvalidFileException($"it has a string that is not Unicode ({e.Message.TrimEnd('.')}).");
        }
    });

    private static Dictionary<string, string> FileNames(JsonElement index)
    {
        if (index.ValueKind != JsonValueKind.Object
            || !index.TryGetProperty("weight_map", out JsonElement map)
            || map.ValueKind != JsonValueKind.Object)
        {
            throw new InvalidFileException("it has no object 'weight_map', which gives the file of each tensor.");
        }

        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (JsonProperty member in map.EnumerateObject())
        {
            if (!files.TryAdd(member.Name, FileName(member.Value)))
                throw new InvalidFileException($"its 'weight_map' has '{member.Name}' twice.");
        }

        return files;
    }

    private static string FileName(JsonElement value)
    {
        string? name = value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        bool isPath = name is "" or "." or ".." || name.AsSpan().ContainsAny('/', '\\', ':');
        if (name is not null && !isPath && !WeightFormat.IsIndex(name))
            return name;
        throw new InvalidFileException(
            $"its 'weight_map' names {(name is null ? "what is no text" : $"'{name}'")}, "
            + "expected the name of a file of weights in its own folder.");
    }
}
