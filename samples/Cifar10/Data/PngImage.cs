using System.Buffers.Binary;
using System.IO.Compression;

namespace Cifar10.Data;

/// <summary>An 8-bit image, row by row, pixels interleaved.</summary>
/// <param name="Width">Pixels in a row.</param>
/// <param name="Height">Rows.</param>
/// <param name="Channels">3 (RGB) or 4 (RGBA).</param>
/// <param name="Pixels"><c>Height × Width × Channels</c> samples.</param>
internal sealed record PngImage(int Width, int Height, int Channels, byte[] Pixels)
{
    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Decodes a PNG file (ISO/IEC 15948) of 8-bit RGB or RGBA without interlacing.</summary>
    /// <param name="path">The file.</param>
    /// <param name="rows">How many rows to decode from the top; all where the image has fewer.</param>
    /// <exception cref="InvalidDataException">The file is no such image, or is damaged; the message says what was found.</exception>
    public static PngImage Read(string path, int rows = int.MaxValue)
    {
        var file = File.ReadAllBytes(path);
        try
        {
            return Decode(file, rows);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw new InvalidDataException($"{path} cannot be read as a PNG image: {e.Message}", e);
        }
    }

    /// <summary>Decodes the bytes of a PNG file.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="rows">How many rows to decode from the top.</param>
    /// <exception cref="InvalidDataException">They are no 8-bit RGB or RGBA image without interlacing, or are damaged.</exception>
    public static PngImage Decode(ReadOnlySpan<byte> file, int rows = int.MaxValue)
    {
        if (!file.StartsWith(Signature))
            throw new InvalidDataException("it does not start with the PNG signature.");

        var rest = file[Signature.Length..];
        var header = NextChunk(ref rest, out var type);
        if (type != "IHDR" || header.Length != 13)
            throw new InvalidDataException($"its first chunk is {type} of {header.Length} bytes, expected IHDR of 13.");

        var width = Dimension(header, 0, "width");
        var height = Dimension(header, 4, "height");
        var channels = ChannelsOf(header);

        using var compressed = new MemoryStream(file.Length);
        for (var data = NextChunk(ref rest, out type); type != "IEND"; data = NextChunk(ref rest, out type))
        {
            if (type == "IDAT")
                compressed.Write(data);
            else if (char.IsAsciiLetterUpper(type[0]) && type != "PLTE")
                throw new InvalidDataException($"it has a critical chunk {type}, which is not known.");
        }

        compressed.Position = 0;
        height = Math.Min(height, rows);
        var pixels = new byte[checked((long)height * width * channels)];
        using var inflated = new ZLibStream(compressed, CompressionMode.Decompress);
        Unfilter(inflated, pixels, width * channels, channels);
        return new PngImage(width, height, channels, pixels);
    }

    private static int Dimension(ReadOnlySpan<byte> header, int offset, string name)
    {
        var value = BinaryPrimitives.ReadUInt32BigEndian(header[offset..]);
        return value is > 0 and <= int.MaxValue ? (int)value : throw new InvalidDataException($"its {name} is {value}, expected 1 to {int.MaxValue}.");
    }

    private static int ChannelsOf(ReadOnlySpan<byte> header)
    {
        var (depth, color, compression, filter, interlace) = (header[8], header[9], header[10], header[11], header[12]);
        if (depth != 8 || color is not (2 or 6))
            throw new InvalidDataException($"it has bit depth {depth} and color type {color}, expected 8 bits and color type 2 (RGB) or 6 (RGBA).");
        if (compression != 0 || filter != 0)
            throw new InvalidDataException($"it has compression method {compression} and filter method {filter}, expected 0 and 0.");
        if (interlace != 0)
            throw new InvalidDataException($"it is interlaced (method {interlace}), expected no interlacing.");
        return color == 2 ? 3 : 4;
    }

    private static ReadOnlySpan<byte> NextChunk(ref ReadOnlySpan<byte> rest, out string type)
    {
        const int Overhead = 12;
        if (rest.Length < Overhead)
            throw new InvalidDataException("it ends before its IEND chunk.");

        var length = BinaryPrimitives.ReadUInt32BigEndian(rest);
        if (length > rest.Length - Overhead)
            throw new InvalidDataException($"it ends inside a chunk: {length} bytes announced, {rest.Length - Overhead} left.");

        var body = rest.Slice(4, 4 + (int)length);
        type = System.Text.Encoding.Latin1.GetString(body[..4]);
        var expected = BinaryPrimitives.ReadUInt32BigEndian(rest[(8 + (int)length)..]);
        var found = Crc32.Of(body);
        if (found != expected)
            throw new InvalidDataException($"chunk {type} is damaged: its CRC is {found:x8}, expected {expected:x8}.");

        rest = rest[(Overhead + (int)length)..];
        return body[4..];
    }

    private static void Unfilter(Stream inflated, Span<byte> pixels, int stride, int pixel)
    {
        ReadOnlySpan<byte> above = new byte[stride];
        for (; pixels.Length > 0; pixels = pixels[stride..])
        {
            var filter = inflated.ReadByte();
            var row = pixels[..stride];
            inflated.ReadExactly(row);
            PngFilter.Undo(filter, row, above, pixel);
            above = row;
        }
    }
}
