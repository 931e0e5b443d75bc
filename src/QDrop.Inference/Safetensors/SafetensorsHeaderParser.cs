using System.Text.Json;
using System.Text.Unicode;

namespace QDrop.Safetensors;

/// <summary>
/// Reads the JSON of a safetensors header. Each tensor is checked by itself; the caller checks that they fit together.
/// </summary>
internal static class SafetensorsHeaderParser
{
    /// <summary>libtorch's own limit in most operations.</summary>
    private const int MaxDimensions = 64;

    internal static SafetensorsHeader Parse(ReadOnlySpan<byte> json)
    {
        if (!Utf8.IsValid(json))
            throw new InvalidFileException("its header is not UTF-8: it is corrupted.");
        var entries = new List<SafetensorsEntry>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 16 });
        try
        {
            Expect(ref reader, JsonTokenType.StartObject, "the header", "an object");
            while (NextName(ref reader) is { } name)
            {
                if (!names.Add(name))
                    throw new InvalidFileException($"its header has '{name}' twice.");
                if (name == SafetensorsHeader.MetadataName)
                    ParseMetadata(ref reader, metadata);
                else
                    entries.Add(ParseTensor(ref reader, name));
            }

            // Anything but white space after the object makes this throw.
            reader.Read();
        }
        catch (JsonException e)
        {
            throw new InvalidFileException($"its header is not JSON ({e.Message}): it is corrupted.");
        }
        catch (InvalidOperationException e)
        {
            // A string with half of a surrogate pair.
            throw new InvalidFileException(
                $"its header has a string that is not Unicode ({e.Message}): it is corrupted.");
        }

        return new SafetensorsHeader(entries, metadata);
    }

    private static void ParseMetadata(ref Utf8JsonReader reader, Dictionary<string, string> metadata)
    {
        Expect(ref reader, JsonTokenType.StartObject, SafetensorsHeader.MetadataName, "an object");
        while (NextName(ref reader) is { } name)
        {
            Expect(ref reader, JsonTokenType.String, $"{SafetensorsHeader.MetadataName} '{name}'", "a string");
            if (!metadata.TryAdd(name, reader.GetString()!))
                throw new InvalidFileException($"its {SafetensorsHeader.MetadataName} has '{name}' twice.");
        }
    }

    private static SafetensorsEntry ParseTensor(ref Utf8JsonReader reader, string name)
    {
        ElementType? type = null;
        List<long>? shape = null;
        List<long>? offsets = null;
        Expect(ref reader, JsonTokenType.StartObject, $"tensor '{name}'", "an object");
        while (NextName(ref reader) is { } member)
        {
            switch (member)
            {
                case "dtype" when type is null:
                    Expect(ref reader, JsonTokenType.String, $"dtype of tensor '{name}'", "a string");
                    string found = reader.GetString()!;
                    type =
                        ElementTypes.Find(found)
                        ?? throw new InvalidFileException(
                            $"tensor '{name}' has dtype '{found}'; supported are "
                                + $"{string.Join(", ", ElementTypes.Names)}.");
                    break;
                case "shape" when shape is null:
                    shape = ParseSizes(ref reader, $"shape of tensor '{name}'");
                    break;
                case "data_offsets" when offsets is null:
                    offsets = ParseSizes(ref reader, $"data_offsets of tensor '{name}'");
                    break;
                case "dtype" or "shape" or "data_offsets":
                    throw new InvalidFileException($"tensor '{name}' has '{member}' twice.");
                default:
                    reader.Read();
                    reader.Skip();
                    break;
            }
        }

        if (type is null || shape is null || offsets is not [var start, var end])
            throw new InvalidFileException($"tensor '{name}' needs dtype, shape and two data_offsets in the header.");
        if (shape.Count > MaxDimensions)
            throw new InvalidFileException(
                $"tensor '{name}' has {shape.Count} dimensions; at most {MaxDimensions} are supported.");
        if (start > end)
            throw new InvalidFileException(
                $"the data of tensor '{name}' begin at {start} and end at {end}, before they begin.");
        long bytes = SafetensorsHeader.ByteCount([.. shape], type.Value.Size());
        if (bytes != end - start)
        {
            throw new InvalidFileException(
                $"tensor '{name}' of shape {ShapeText.Describe(shape)} and dtype "
                    + $"{type.Value.Name()} takes "
                    + $"{(bytes < 0 ? "more bytes than a file can have" : $"{bytes} bytes")}, but its data_offsets "
                    + $"give {end - start}.");
        }

        return new SafetensorsEntry(name, type.Value, [.. shape], start, end);
    }

    private static List<long> ParseSizes(ref Utf8JsonReader reader, string what)
    {
        var sizes = new List<long>();
        Expect(ref reader, JsonTokenType.StartArray, what, "an array");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out long size) || size < 0)
                throw new InvalidFileException($"the {what} in its header must be whole numbers of 0 or more.");
            sizes.Add(size);
        }

        return sizes;
    }

    private static string? NextName(ref Utf8JsonReader reader) =>
        reader.Read() && reader.TokenType == JsonTokenType.PropertyName ? reader.GetString() : null;

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType type, string what, string expected)
    {
        if (!reader.Read() || reader.TokenType != type)
            throw new InvalidFileException($"{what} in its header must be {expected}, found {reader.TokenType}.");
    }
}
