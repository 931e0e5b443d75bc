using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace QDrop.Build.Tests;

/// <summary>
/// Writes safetensors files without TorchSharp: 8 bytes of header length, the header in JSON, the data.
/// </summary>
internal static class Safetensors
{
    internal static void Write(string path, params (string Name, long[] Shape, Func<int, float> Value)[] tensors)
    {
        var header = new Dictionary<string, object>();
        using var data = new MemoryStream();
        foreach ((string? name, long[]? shape, Func<int, float>? value) in tensors)
        {
            long start = data.Length;
            float[] values = [.. Enumerable.Range(0, (int)shape.Aggregate(1L, static (a, b) => a * b)).Select(value)];
            data.Write(MemoryMarshal.AsBytes(values.AsSpan()));
            header[name] = new { dtype = "F32", shape, data_offsets = new[] { start, data.Length } };
        }

        string json = JsonSerializer.Serialize(header);
        byte[] bytes = Encoding.UTF8.GetBytes(json + new string(' ', (8 - (json.Length % 8)) % 8));
        using FileStream file = File.Create(path);
        file.Write(BitConverter.GetBytes((long)bytes.Length));
        file.Write(bytes);
        data.WriteTo(file);
    }

    /// <summary>Values that look random, the same each time, from −0.5 to 0.5.</summary>
    internal static Func<int, float> Noise(int seed)
    {
        var random = new Random(seed);
        return _ => (float)random.NextDouble() - 0.5f;
    }
}
