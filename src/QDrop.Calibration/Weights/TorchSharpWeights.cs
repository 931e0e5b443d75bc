using System.Text;
using QDrop.Safetensors;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Calibration.Weights;

/// <summary>
/// Reads what TorchSharp's <c>Module.save</c> writes: the number of tensors; for each its name (UTF-8 after its
/// length), type, number of dimensions, sizes, and its data, row-major, little endian. All numbers are unsigned LEB128.
/// </summary>
/// <remarks>
/// Of our own: TorchSharp's <c>Module.load</c> changes the model as it reads, so a damaged file leaves half of it.
/// </remarks>
internal static class TorchSharpWeights
{
    private const int LongestName = 1 << 16;
    private const int MaxDimensions = 64;

    private static readonly UTF8Encoding StrictUtf8 = new(
        encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <exception cref="InvalidFileException">The contents are not in this format.</exception>
    internal static Dictionary<string, Tensor> Read(Stream stream)
    {
        using DisposeScope scope = NewDisposeScope();
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        try
        {
            long count = ReadNumber(stream);

            // A tensor takes at least its name's length, a type and a number of dimensions.
            if (count > stream.Length / 3)
                throw new InvalidFileException(
                    $"it announces {count} tensors, more than its {stream.Length} bytes can hold: it is not what "
                        + "Module.save writes, or it is truncated.");
            for (long i = 0; i < count; i++)
            {
                string name = ReadName(stream);
                if (!tensors.TryAdd(name, ReadTensor(stream, name)))
                    throw new InvalidFileException($"it has two tensors named '{name}': it is corrupted.");
            }
        }
        catch (EndOfStreamException)
        {
            throw new InvalidFileException(
                $"it ends after {stream.Length} bytes in the middle of a tensor: it is truncated, or not what "
                    + "Module.save writes.");
        }

        if (stream.Position != stream.Length)
            throw new InvalidFileException(
                $"{stream.Length - stream.Position} bytes follow its last tensor: it is corrupted, or not what "
                    + "Module.save writes.");
        foreach (Tensor tensor in tensors.Values)
            tensor.MoveToOuterDisposeScope();
        return tensors;
    }

    private static Tensor ReadTensor(Stream stream, string name)
    {
        long number = ReadNumber(stream);
        if (number > int.MaxValue || !SafetensorsTypes.Supports((ScalarType)number))
            throw new InvalidFileException(
                $"tensor '{name}' has type number {number}, which is none of TorchSharp's types for weights: it is "
                    + "corrupted, or not what Module.save writes.");
        long dimensions = ReadNumber(stream);
        if (dimensions > MaxDimensions)
            throw new InvalidFileException(
                $"tensor '{name}' has {dimensions} dimensions; at most {MaxDimensions} are possible: it is corrupted.");
        long[] shape = new long[dimensions];
        for (int i = 0; i < shape.Length; i++)
            shape[i] = ReadNumber(stream);
        var type = (ScalarType)number;
        long bytes = SafetensorsHeader.ByteCount(shape, SafetensorsTypes.SizeOf(type));
        if (bytes < 0 || bytes > stream.Length - stream.Position)
            throw new InvalidFileException(
                $"tensor '{name}' of shape {ShapeText.Describe(shape)} and type {type} does not fit into the "
                    + $"{stream.Length - stream.Position} bytes that follow: it is truncated.");
        return SafetensorsFile.ReadTensor(stream, name, shape, type);
    }

    private static string ReadName(Stream stream)
    {
        long length = ReadNumber(stream);
        if (length > LongestName)
            throw new InvalidFileException(
                $"a tensor's name would have {length} bytes; at most {LongestName} are expected: it is corrupted, or "
                    + "not what Module.save writes.");
        byte[] bytes = new byte[length];
        stream.ReadExactly(bytes);
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw new InvalidFileException(
                "a tensor's name is not UTF-8: it is corrupted, or not what Module.save writes.");
        }
    }

    /// <summary>Seven bits in a byte, the lowest first; the top bit says that more follow.</summary>
    private static long ReadNumber(Stream stream)
    {
        long value = 0;
        for (int shift = 0; shift < 63; shift += 7)
        {
            int next = stream.ReadByte();
            if (next < 0)
                throw new EndOfStreamException();
            value |= (long)(next & 0x7f) << shift;
            if (next < 0x80)
                return value;
        }

        throw new InvalidFileException(
            "it has a number of more than 63 bits: it is corrupted, or not what Module.save writes.");
    }
}
