using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using QDrop.Safetensors;

namespace QDrop.Calibration.Weights.PyTorch;

/// <summary>Reads the operands of a pickle's instructions. No more is allocated than the file has.</summary>
/// <param name="stream">Stands at the pickle's first byte, and stands behind its last when it has been read.</param>
internal sealed class PickleInput(Stream stream)
{
    /// <summary>
    /// Many times what a checkpoint with optimizer and history needs; a bound for what a malicious one can take.
    /// </summary>
    internal const int MaxBytes = 64 << 20;

    /// <summary>A number of torch.save's has 10 bytes; Python allows any.</summary>
    private const int LongestNumber = 1 << 10;

    private static readonly UTF8Encoding StrictUtf8 =
        new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private long _read;

    internal byte Byte()
    {
        Span<byte> one = stackalloc byte[1];
        Fill(one);
        return one[0];
    }

    internal int UInt16()
    {
        Span<byte> bytes = stackalloc byte[2];
        Fill(bytes);
        return BinaryPrimitives.ReadUInt16LittleEndian(bytes);
    }

    internal int Int32()
    {
        Span<byte> bytes = stackalloc byte[4];
        Fill(bytes);
        return BinaryPrimitives.ReadInt32LittleEndian(bytes);
    }

    internal long Int64()
    {
        Span<byte> bytes = stackalloc byte[8];
        Fill(bytes);
        return BinaryPrimitives.ReadInt64LittleEndian(bytes);
    }

    internal double Double()
    {
        Span<byte> bytes = stackalloc byte[8];
        Fill(bytes);
        return BinaryPrimitives.ReadDoubleBigEndian(bytes);
    }

    /// <summary>A whole number in two's complement, the lowest byte first.</summary>
    internal object Number(int length)
    {
        if (length is < 0 or > LongestNumber)
        {
            throw new InvalidFileException(
                $"its pickle has a number of {(uint)length} bytes; at most {LongestNumber} are expected: it is "
                + "corrupted.");
        }

        var value = new BigInteger(Bytes(length));
        return value >= long.MinValue && value <= long.MaxValue ? (object)(long)value : value;
    }

    internal byte[] Bytes(long length)
    {
        if (length < 0 || length > MaxBytes - _read || length > stream.Length - stream.Position)
        {
            throw new InvalidFileException(
                $"its pickle has a value of {(ulong)length} bytes, more than follow: it is corrupted or truncated.");
        }

        byte[] bytes = new byte[length];
        Fill(bytes);
        return bytes;
    }

    internal string Utf8(long length)
    {
        try
        {
            return StrictUtf8.GetString(Bytes(length));
        }
        catch (DecoderFallbackException)
        {
            throw new InvalidFileException("its pickle has a text that is not UTF-8: it is corrupted.");
        }
    }

    /// <summary>A text of Python 2, whose strings are bytes.</summary>
    internal string Latin1(long length) => Encoding.Latin1.GetString(Bytes(length));

    /// <summary>A text that ends with a line feed.</summary>
    internal string Line()
    {
        const int Longest = 1_000;
        var line = new List<byte>();
        for (byte next = Byte(); next != '\n'; next = Byte())
        {
            if (line.Count == Longest)
            {
                throw new InvalidFileException(
                    $"its pickle has a name of more than {Longest} characters: it is corrupted.");
            }

            line.Add(next);
        }

        return Encoding.UTF8.GetString([.. line]);
    }

    private void Fill(Span<byte> bytes)
    {
        _read += bytes.Length;
        if (_read > MaxBytes)
        {
            throw new InvalidFileException(
                $"its pickle has more than {MaxBytes >> 20} MiB, far more than the names and shapes of weights "
                + "take: it is corrupted, or no checkpoint.");
        }

        if (stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
            throw new InvalidFileException("it ends in the middle of its pickle: it is truncated.");
    }
}
