using System.Buffers;
using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace QDrop.Safetensors;

/// <summary>Where one tensor lies in a safetensors file.</summary>
/// <param name="Name">The tensor's name.</param>
/// <param name="Type">The type of its elements.</param>
/// <param name="Shape">Its shape; empty for a scalar.</param>
/// <param name="Start">First byte, counted from the end of the header.</param>
/// <param name="End">Byte after the last.</param>
internal sealed record SafetensorsEntry(string Name, ElementType Type, long[] Shape, long Start, long End);

/// <summary>
/// The header of a safetensors file: 8 bytes of length (little endian), then that many bytes of JSON, an object with
/// one member for each tensor (<c>dtype</c>, <c>shape</c>, <c>data_offsets</c>) and optionally <c>__metadata__</c>, an
/// object of strings. The tensors' data follow, without gaps.
/// </summary>
/// <param name="Entries">The tensors in the order of their data.</param>
/// <param name="Metadata">The members of <c>__metadata__</c>.</param>
internal sealed record SafetensorsHeader(IReadOnlyList<SafetensorsEntry> Entries, Dictionary<string, string> Metadata)
{
    internal const string MetadataName = "__metadata__";

    /// <summary>
    /// The limit that the format's own implementation sets, so that a malicious header cannot exhaust memory.
    /// </summary>
    private const long LongestHeader = 100_000_000;

    /// <summary>Reads and checks the header; the stream then stands at the first tensor's data.</summary>
    /// <exception cref="InvalidFileException">
    /// The header breaks the format, or does not agree with the length of the file.
    /// </exception>
    internal static SafetensorsHeader Read(Stream stream)
    {
        if (stream.Length < 8)
            throw new InvalidFileException(
                $"it has {stream.Length} bytes, but a safetensors file has at least 8: it is truncated or not a "
                    + "safetensors file.");
        Span<byte> lead = stackalloc byte[9];
        stream.ReadExactly(lead[..8]);
        int first = stream.ReadByte();
        if (first >= 0 && first != '{')
            throw new InvalidFileException(
                "it is not a safetensors file: the header should begin with '{' at byte 8, found byte 0x"
                    + first.ToString("x2")
                    + ".",
                foreign: true);
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(lead);
        if (length > LongestHeader)
            throw new InvalidFileException(
                $"its first 8 bytes give a header of {length} bytes, but at most {LongestHeader} are allowed: it is "
                    + "corrupted or not a safetensors file.");
        if ((long)length > stream.Length - 8)
            throw new InvalidFileException(
                $"its first 8 bytes give a header of {length} bytes, but only {stream.Length - 8} bytes follow: it is "
                    + "truncated.");
        if (length < 2)
            throw new InvalidFileException(
                $"its first 8 bytes give a header of {length} bytes, but the shortest is 2: it is corrupted.");

        byte[] json = new byte[length];
        json[0] = (byte)first;
        stream.ReadExactly(json.AsSpan(1));
        SafetensorsHeader header = SafetensorsHeaderParser.Parse(json);
        return header with { Entries = InOrder(header.Entries, stream.Length - 8 - (long)length) };
    }

    /// <summary>
    /// The header's bytes with their length in front, padded with spaces so that the data begin at a multiple of 8.
    /// </summary>
    internal byte[] ToBytes()
    {
        var buffer = new ArrayBufferWriter<byte>();
        buffer.Write(stackalloc byte[8]);
        using (
            var json = new Utf8JsonWriter(
                buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping })
        )
        {
            json.WriteStartObject();
            if (Metadata.Count > 0)
            {
                json.WriteStartObject(MetadataName);
                foreach ((string? name, string? value) in Metadata.OrderBy(static m => m.Key, StringComparer.Ordinal))
                    json.WriteString(name, value);
                json.WriteEndObject();
            }

            foreach (SafetensorsEntry entry in Entries)
            {
                json.WriteStartObject(entry.Name);
                json.WriteString("dtype", entry.Type.Name());
                json.WriteStartArray("shape");
                foreach (long size in entry.Shape)
                    json.WriteNumberValue(size);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(entry.Start);
                json.WriteNumberValue(entry.End);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        while (buffer.WrittenCount % 8 != 0)
            buffer.Write(" "u8);
        byte[] bytes = buffer.WrittenSpan.ToArray();
        if (bytes.Length - 8 > LongestHeader)
            throw new ArgumentException(
                $"The header would have {bytes.Length - 8} bytes; at most {LongestHeader} are allowed.");
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, (ulong)bytes.Length - 8);
        return bytes;
    }

    /// <summary>Bytes that a tensor takes, or -1 if that is more than a file can have.</summary>
    internal static long ByteCount(ReadOnlySpan<long> shape, int elementSize)
    {
        // Zeros are left out at first: libtorch multiplies the other sizes too.
        long count = elementSize;
        bool isEmpty = false;
        foreach (long size in shape)
        {
            if (size == 0)
                isEmpty = true;
            else if (count > long.MaxValue / size)
                return -1;
            else
                count *= size;
        }

        return isEmpty ? 0 : count;
    }

    private static List<SafetensorsEntry> InOrder(IReadOnlyList<SafetensorsEntry> entries, long available)
    {
        var ordered = entries.OrderBy(static e => e.Start).ThenBy(static e => e.End).ToList();
        long promised = ordered.Count == 0 ? 0 : ordered.Max(static e => e.End);
        if (promised > available)
            throw new InvalidFileException(
                $"its header promises {promised} bytes of tensor data, but {available} follow it: it is truncated.");
        long position = 0;
        foreach (SafetensorsEntry? entry in ordered)
        {
            if (entry.Start != position)
            {
                throw new InvalidFileException(
                    $"the data of tensor '{entry.Name}' begin at {entry.Start}, but those of the one before end at "
                        + $"{position}: tensors must follow each other without "
                        + $"{(entry.Start > position ? "gaps" : "overlap")}.");
            }

            position = entry.End;
        }

        if (position < available)
            throw new InvalidFileException(
                $"its header promises {position} bytes of tensor data, but {available} follow it: "
                    + $"{available - position} belong to no tensor.");
        return ordered;
    }
}
