using System.Buffers.Binary;
using System.Numerics;
using QDrop.Safetensors;
using static TorchSharp.torch;

namespace QDrop.Calibration.Weights.PyTorch;

/// <summary>
/// Reads what <c>torch.save</c> wrote before PyTorch 1.6, and writes on request: five pickles (a magic number, the
/// version, facts of the machine, the object, a list of storages' keys), then each storage in the order of the list:
/// the number of its elements (8 bytes), its bytes.
/// </summary>
internal static class LegacyCheckpoint
{
    private const long Version = 1001;

    /// <summary>How a file of protocol 2 begins; others have the same number within other framing.</summary>
    private static ReadOnlySpan<byte> Start =>
    [
        0x80, 2,
        (byte)PickleOpcode.Long1, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19,
        (byte)PickleOpcode.Stop,
    ];

    private static BigInteger MagicNumber => new(Start[4..14]);

    /// <summary>Whether a file with these first bytes can be nothing else.</summary>
    internal static bool IsAt(ReadOnlySpan<byte> start) => start.StartsWith(Start);

    /// <exception cref="InvalidFileException">The contents are not in this format.</exception>
    internal static Dictionary<string, Tensor> Read(Stream stream)
    {
        object? magic = PickleReader.Read(stream);
        if (!MagicNumber.Equals(magic))
        {
            throw new InvalidFileException(
                "it is a pickle, but not one of torch.save, which begins with a number of its own: it is another "
                + "program's, or corrupted.");
        }

        object? version = PickleReader.Read(stream);
        if (version is not Version)
        {
            throw new InvalidFileException(
                $"it has version {version} of torch.save's older format, expected {Version}: it is corrupted.");
        }

        PickleReader.Read(stream);
        var storages = new Dictionary<string, PickledStorage>(StringComparer.Ordinal);
        Dictionary<string, PickledTensor> weights = CheckpointContents.Weights(PickleReader.Read(stream, storages));
        Dictionary<string, long> positions = Positions(stream, PickleReader.Read(stream), storages);
        return CheckpointTensors.Make(weights, storage => ReadStorage(stream, positions, storage));
    }

    /// <summary>Where each storage's values begin.</summary>
    private static Dictionary<string, long> Positions(
        Stream stream, object? keys, Dictionary<string, PickledStorage> storages)
    {
        if (keys is not List<object?> list)
            throw new InvalidFileException("it has no list of storages after its object: it is corrupted.");
        var positions = new Dictionary<string, long>(StringComparer.Ordinal);
        Span<byte> number = stackalloc byte[sizeof(long)];
        foreach (object? item in list)
        {
            if (item is not string key
                || !storages.TryGetValue(key, out PickledStorage? storage)
                || positions.ContainsKey(key))
            {
                throw new InvalidFileException(
                    "its list of storages has one twice, or one that no tensor has: it is corrupted.");
            }

            stream.ReadExactly(number);
            long count = BinaryPrimitives.ReadInt64LittleEndian(number);
            long bytes = SafetensorsHeader.ByteCount([storage.Count], SafetensorsTypes.SizeOf(storage.Type));
            if (count != storage.Count)
            {
                throw new InvalidFileException(
                    $"its storage '{key}' has {count} elements, expected {storage.Count}: it is corrupted.");
            }

            if (bytes < 0 || bytes > stream.Length - stream.Position)
            {
                throw new InvalidFileException(
                    $"its storage '{key}' of {count} elements does not fit into the "
                    + $"{stream.Length - stream.Position} bytes that follow: it is truncated.");
            }

            positions.Add(key, stream.Position);
            stream.Position += bytes;
        }

        return positions;
    }

    private static Tensor ReadStorage(Stream stream, Dictionary<string, long> positions, PickledStorage storage)
    {
        if (!positions.TryGetValue(storage.Key, out long position))
        {
            throw new InvalidFileException(
                $"it lacks storage '{storage.Key}', the values of a tensor: it is corrupted.");
        }

        stream.Position = position;
        return SafetensorsFile.ReadTensor(stream, storage.Key, [storage.Count], storage.Type);
    }
}
