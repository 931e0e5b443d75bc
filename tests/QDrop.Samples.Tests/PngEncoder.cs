using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace QDrop.Samples.Tests;

/// <summary>Writes PNG files of rows without filters, independently of the decoder under test.</summary>
internal sealed class PngEncoder
{
    public int Width { get; init; } = 5;

    public int Height { get; init; } = 5;

    public int Channels { get; init; } = 3;

    public byte Depth { get; init; } = 8;

    public byte[] Encode(byte[] pixels)
    {
        using var file = new MemoryStream();
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]);

        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, Width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), Height);
        (header[8], header[9]) = (Depth, (byte)(Channels switch { 1 => 0, 3 => 2, _ => 6 }));
        Chunk(file, "IHDR", header);
        Chunk(file, "IDAT", Compress(pixels));
        Chunk(file, "IEND", []);
        return file.ToArray();
    }

    private byte[] Compress(byte[] pixels)
    {
        using var compressed = new MemoryStream();
        using (var zlib = new ZLibStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
        {
            foreach (byte[] row in pixels.Chunk(Width * Channels * Depth / 8))
            {
                zlib.WriteByte(0);
                zlib.Write(row);
            }
        }

        return compressed.ToArray();
    }

    private static void Chunk(Stream file, string type, byte[] data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        byte[] body = [.. Encoding.ASCII.GetBytes(type), .. data];
        file.Write(body);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc(body));
        file.Write(number);
    }

    /// <summary>The CRC as the standard defines it: the remainder of a division of polynomials, bit by bit.</summary>
    private static uint Crc(byte[] bytes)
    {
        uint remainder = uint.MaxValue;
        foreach (uint bit in bytes.SelectMany(static b => Enumerable.Range(0, 8).Select(i => (uint)(b >> i) & 1)))
            remainder = (remainder >> 1) ^ (((remainder ^ bit) & 1) * 0xEDB88320);
        return ~remainder;
    }
}
