using System.IO.Compression;
using System.Text.Json;
using static TorchSharp.torch;

namespace QDrop.Tests.Golden;

/// <summary>Reads the golden vectors, see README.md beside this file.</summary>
internal static class GoldenVectors
{
    private static readonly Lazy<JsonDocument> Document = new(static () =>
    {
        using Stream packed = typeof(GoldenVectors).Assembly.GetManifestResourceStream("golden.json.gz")!;
        using var unpacked = new GZipStream(packed, CompressionMode.Decompress);
        return JsonDocument.Parse(unpacked);
    });

    public static JsonElement Section(string name) => Document.Value.RootElement.GetProperty(name);

    public static JsonElement Case(string section, int index) => Section(section)[index];

    /// <summary>The numbers 0, 1, … of a section's cases, for theories.</summary>
    public static IEnumerable<object[]> Cases(string section) =>
        Enumerable.Range(0, Section(section).GetArrayLength()).Select(i => new object[] { i });

    public static float[] Floats(this JsonElement element, string name)
    {
        JsonElement value = element.GetProperty(name);
        JsonElement data = value.ValueKind == JsonValueKind.Array ? value : value.GetProperty("data");
        // A scalar is {"shape": [], "data": number}.
        return data.ValueKind == JsonValueKind.Array
            ? [.. data.EnumerateArray().Select(v => v.GetSingle())]
            : [data.GetSingle()];
    }

    public static Tensor Tensor(this JsonElement element, string name)
    {
        long[] shape = element.GetProperty(name).GetProperty("shape").EnumerateArray().Select(v => v.GetInt64()).ToArray();
        return tensor(element.Floats(name), shape, ScalarType.Float32);
    }

    public static double Number(this JsonElement element, string name) => element.GetProperty(name).GetDouble();

    public static int Whole(this JsonElement element, string name) => element.GetProperty(name).GetInt32();
}
