using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace QDrop.Samples.Tests;

/// <summary>Writes PNG files, right ones and wrong ones, independently of the decoder under test.</summary>
internal sealed class PngEncoder
{
    public int Width { get; init; } = 5;

    public int Height { get; init; } = 5;

    public int Channels { get; init; } = 3;

    public byte Depth { get; init; } = 8;

    public byte Interlace { get; init; }

    /// <summary>Filter of row y.</summary>
    public Func<int, byte> Filter { get; init; } = static _ => 0;

    /// <summary>Bytes of image data in a chunk.</summary>
    public int ChunkSize { get; init; } = int.MaxValue;

    public byte[] Encode(byte[] pixels)
    {
        using var file = new MemoryStream();
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]);

        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, Width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), Height);
        (header[8], header[9], header[12]) = (Depth, (byte)(Channels == 4 ? 6 : 2), Interlace);
        Chunk(file, "IHDR", header);
        Chunk(file, "tEXt", "Comment\0ancillary"u8.ToArray());
        foreach (var part in Compress(pixels).Chunk(ChunkSize))
            Chunk(file, "IDAT", part);
        Chunk(file, "IEND", []);
        return file.ToArray();
    }

    private byte[] Compress(byte[] pixels)
    {
        using var compressed = new MemoryStream();
        using (var zlib = new ZLibStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
        {
            var stride = Width * Channels;
            for (var y = 0; y < Height; y++)
            {
                zlib.WriteByte(Filter(y));
                for (var x = 0; x < stride; x++)
                    zlib.WriteByte((byte)(pixels[y * stride + x] - Prediction(pixels, Filter(y), x, y, stride)));
            }
        }

        return compressed.ToArray();
    }

    private int Prediction(byte[] pixels, byte filter, int x, int y, int stride)
    {
        int At(int column, int row) => column < 0 || row < 0 ? 0 : pixels[row * stride + column];
        var (left, up, corner) = (At(x - Channels, y), At(x, y - 1), At(x - Channels, y - 1));
        return filter switch
        {
            1 => left,
            2 => up,
            3 => (left + up) >> 1,
            4 => new[] { left, up, corner }.MinBy(value => Math.Abs(left + up - corner - value)),
            _ => 0,
        };
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
        var remainder = uint.MaxValue;
        foreach (var bit in bytes.SelectMany(static b => Enumerable.Range(0, 8).Select(i => (uint)(b >> i) & 1)))
            remainder = (remainder >> 1) ^ (((remainder ^ bit) & 1) * 0xEDB88320);
        return ~remainder;
    }
}
