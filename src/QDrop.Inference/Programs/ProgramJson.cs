using System.Buffers;
using System.Text.Json;

namespace QDrop.Programs;

/// <summary>Programs as JSON, the member <c>program</c> of an artifact's manifest.</summary>
internal static class ProgramJson
{
    /// <summary>The version that this library writes, and the greatest that it reads.</summary>
    public const int Version = 1;

    private static readonly (string Name, ValueKind Kind)[] Kinds =
        [("f32", ValueKind.Float32), ("i64", ValueKind.Int64), ("bool", ValueKind.Bool)];

    /// <summary>Writes a program.</summary>
    public static void Write(Utf8JsonWriter json, ProgramGraph graph)
    {
        json.WriteStartObject();
        json.WriteNumber("version", Version);
        json.WriteStartArray("inputs");
        foreach (ProgramInput input in graph.Inputs)
        {
            json.WriteStartObject();
            json.WriteString("name", input.Name);
            WriteInfo(json, input.Kind, input.Shape);
            if (!input.Recorded.SequenceEqual(input.Shape))
                WriteSizes(json, "recorded", input.Recorded);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("operations");
        foreach (Operation operation in graph.Operations)
            Write(json, operation);
        json.WriteEndArray();
        json.WriteStartArray("outputs");
        foreach (ProgramOutput output in graph.Outputs)
        {
            json.WriteStartObject();
            json.WriteString("name", output.Name);
            json.WriteNumber("value", output.Value);
            WriteInfo(json, output.Kind, output.Shape);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>A program as JSON.</summary>
    public static JsonElement ToElement(ProgramGraph graph)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
            Write(json, graph);
        using var document = JsonDocument.Parse(buffer.WrittenMemory);
        return document.RootElement.Clone();
    }

    /// <summary>Reads a program. What its operations are is not looked at yet.</summary>
    /// <exception cref="InvalidProgramGraphException">It is none, or of a newer version.</exception>
    public static ProgramGraph Read(JsonElement json)
    {
        try
        {
            int version = json.GetProperty("version").GetInt32();
            if (version is < 1 or > Version)
            {
                throw new InvalidProgramGraphException(
                    $"it has version {version}, but this version of QDrop reads version {Version}.");
            }
            var inputs = json.GetProperty("inputs").EnumerateArray().Select(static i => new ProgramInput(
                TextOf(i.GetProperty("name")), KindOf(i), ShapeOf(i))
            {
                Recorded = i.TryGetProperty("recorded", out JsonElement sizes) ? SizesOf(sizes) : ShapeOf(i),
            }).ToList();
            var operations = json.GetProperty("operations").EnumerateArray().Select(ReadOperation).ToList();
            var outputs = json.GetProperty("outputs").EnumerateArray().Select(static o => new ProgramOutput(
                TextOf(o.GetProperty("name")), o.GetProperty("value").GetInt32(), KindOf(o), ShapeOf(o))).ToList();
            return new ProgramGraph(inputs, operations, outputs);
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new InvalidProgramGraphException($"it cannot be read: {e.Message}");
        }
    }

    private static void Write(Utf8JsonWriter json, Operation operation)
    {
        json.WriteStartObject();
        json.WriteString("op", operation.Name);
        json.WriteStartArray("of");
        foreach (int operand in operation.Operands)
            json.WriteNumberValue(operand);
        json.WriteEndArray();
        if (operation.Place.Length > 0)
            json.WriteString("at", operation.Place);
        if (operation.Arguments.Entries.Count > 0)
        {
            json.WriteStartObject("with");
            foreach ((string name, object value) in operation.Arguments.Entries)
            {
                json.WritePropertyName(name);
                Write(json, value);
            }
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, object value)
    {
        switch (value)
        {
            case long number:
                json.WriteNumberValue(number);
                break;
            case double number when double.IsFinite(number):
                // A number with a point stays a number, and a whole one a whole one.
                json.WriteRawValue(double.IsInteger(number) && Math.Abs(number) < 1e15
                    ? FormattableString.Invariant($"{number:0.0}")
                    : FormattableString.Invariant($"{number:R}"));
                break;
            case double number:
                json.WriteStringValue(FormattableString.Invariant($"{number}"));
                break;
            case bool flag:
                json.WriteBooleanValue(flag);
                break;
            case string text:
                json.WriteStringValue(text);
                break;
            case long[] numbers:
                json.WriteStartArray();
                foreach (long number in numbers)
                    json.WriteNumberValue(number);
                json.WriteEndArray();
                break;
            default:
                throw new ArgumentException($"An argument cannot be a {value.GetType().Name}.", nameof(value));
        }
    }

    private static Operation ReadOperation(JsonElement json) => new(
        TextOf(json.GetProperty("op")),
        [.. json.GetProperty("of").EnumerateArray().Select(static o => o.GetInt32())],
        json.TryGetProperty("with", out JsonElement with)
            ? new Arguments(with.EnumerateObject().Select(static p => (p.Name, ReadArgument(p.Value))))
            : Arguments.None,
        json.TryGetProperty("at", out JsonElement at) ? TextOf(at) : "");

    private static object ReadArgument(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.String => TextOf(json) switch
        {
            "Infinity" => double.PositiveInfinity,
            "-Infinity" => double.NegativeInfinity,
            "NaN" => double.NaN,
            var text => text,
        },
        JsonValueKind.Array => json.EnumerateArray().Select(static e => e.GetInt64()).ToArray(),
        _ when json.GetRawText().AsSpan().IndexOfAny('.', 'e', 'E') >= 0 => json.GetDouble(),
        _ => json.GetInt64(),
    };

    private static string TextOf(JsonElement json) =>
        json.GetString() ?? throw new InvalidProgramGraphException("it has null where a text belongs.");

    private static string NameOf(ValueKind kind) => Kinds.First(k => k.Kind == kind).Name;

    private static void WriteInfo(Utf8JsonWriter json, ValueKind kind, IReadOnlyList<int> shape)
    {
        json.WriteString("kind", NameOf(kind));
        WriteSizes(json, "shape", shape);
    }

    private static void WriteSizes(Utf8JsonWriter json, string name, IReadOnlyList<int> sizes)
    {
        json.WriteStartArray(name);
        foreach (int size in sizes)
            json.WriteNumberValue(size);
        json.WriteEndArray();
    }

    private static int[] ShapeOf(JsonElement json) => SizesOf(json.GetProperty("shape"));

    private static int[] SizesOf(JsonElement json) => [.. json.EnumerateArray().Select(static s => s.GetInt32())];

    private static ValueKind KindOf(JsonElement json)
    {
        string name = TextOf(json.GetProperty("kind"));
        int index = Array.FindIndex(Kinds, k => k.Name == name);
        return index >= 0
            ? Kinds[index].Kind
            : throw new InvalidProgramGraphException($"a value has elements of kind '{name}'.");
    }
}
