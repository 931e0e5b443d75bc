using System.IO.Compression;
using QDrop.Safetensors;
using static TorchSharp.torch;

namespace QDrop.Calibration.Weights.PyTorch;

/// <summary>
/// Reads what <c>torch.save</c> writes since PyTorch 1.6: a zip archive whose entries, not compressed, are
/// <c>data.pkl</c>, a pickle, and <c>data/</c> and a number, the bytes of a storage, little endian.
/// </summary>
internal static class ZipCheckpoint
{
    private const string PickleName = "data.pkl";

    /// <exception cref="InvalidFileException">The contents are not in this format.</exception>
    internal static Dictionary<string, Tensor> Read(Stream stream)
    {
        try
        {
            using var archive = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true);
            Dictionary<string, ZipArchiveEntry> entries = Entries(archive, stream.Length);
            string folder = Folder(entries.Keys);
            if (IsScript(entries.Keys, folder))
                throw CheckpointNames.Script();
            CheckByteOrder(entries, folder);
            using MemoryStream pickle = Buffered(entries[folder + PickleName]);
            Dictionary<string, PickledTensor> weights = CheckpointContents.Weights(PickleReader.Read(pickle));
            return CheckpointTensors.Make(weights, storage => ReadStorage(entries, folder, storage));
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or NotSupportedException)
        {
            throw new InvalidFileException(
                "it begins like a zip archive, as torch.save writes it, but is none, or is truncated "
                + $"({e.Message.TrimEnd('.')}).");
        }
    }

    private static Dictionary<string, ZipArchiveEntry> Entries(ZipArchive archive, long available)
    {
        var entries = new Dictionary<string, ZipArchiveEntry>(StringComparer.Ordinal);
        foreach (ZipArchiveEntry entry in archive.Entries)
        {
            string name = entry.FullName;
            if (name.Contains('\\') || name.StartsWith('/') || name.Split('/').Contains(".."))
            {
                throw new InvalidFileException(
                    $"its archive has an entry '{name}', a path that leads out of it: torch.save writes none.");
            }

            if (!entries.TryAdd(name, entry))
                throw new InvalidFileException($"its archive has two entries '{name}': it is corrupted.");
        }

        // Entries may overlap in a malicious archive, and hold more together than the file has.
        if (entries.Values.Sum(static entry => (decimal)entry.CompressedLength) > available)
        {
            throw new InvalidFileException(
                $"its archive's entries have more bytes than its {available}: it is corrupted.");
        }

        return entries;
    }

    /// <summary>All entries are in one folder, which has the name that the file was saved by.</summary>
    private static string Folder(IEnumerable<string> names)
    {
        string[] pickles = [.. names.Where(static name => name.Split('/') is [_, PickleName] or [PickleName])];
        return pickles is [var only]
            ? only[..^PickleName.Length]
            : throw new InvalidFileException(
                $"it is a zip archive with {pickles.Length} entries '{PickleName}', expected one: it is not what "
                + "torch.save writes.");
    }

    private static bool IsScript(IReadOnlyCollection<string> names, string folder) =>
        names.Contains(folder + "constants.pkl")
        || names.Any(name => name.StartsWith(folder + "code/", StringComparison.Ordinal));

    /// <summary>
    /// Since PyTorch 2.1 an entry says which it is; before, it was little endian on nearly every machine.
    /// </summary>
    private static void CheckByteOrder(Dictionary<string, ZipArchiveEntry> entries, string folder)
    {
        if (!entries.TryGetValue(folder + "byteorder", out ZipArchiveEntry? entry))
            return;
        using MemoryStream content = Buffered(entry);
        if (content.Length == 3 && content.ReadByte() == 'b')
        {
            throw new InvalidFileException(
                "its numbers are big endian, expected little endian.",
                advice: "Save it again on a machine whose numbers are little endian, such as x64 or Arm64.");
        }
    }

    private static Tensor ReadStorage(
        Dictionary<string, ZipArchiveEntry> entries, string folder, PickledStorage storage)
    {
        if (!entries.TryGetValue(folder + "data/" + storage.Key, out ZipArchiveEntry? entry))
        {
            throw new InvalidFileException(
                $"its archive lacks the entry 'data/{storage.Key}', the values of a tensor: it is corrupted.");
        }

        long expected = SafetensorsHeader.ByteCount([storage.Count], SafetensorsTypes.SizeOf(storage.Type));
        if (entry.Length != expected)
        {
            throw new InvalidFileException(
                $"its entry '{entry.FullName}' has {entry.Length} bytes, but {storage.Count} elements of type "
                + $"{storage.Type} take {(expected < 0 ? "more than a file can have" : expected)}: it is corrupted.");
        }

        using Stream content = Open(entry);
        return SafetensorsFile.ReadTensor(content, entry.FullName, [storage.Count], storage.Type);
    }

    private static MemoryStream Buffered(ZipArchiveEntry entry)
    {
        using Stream content = Open(entry);
        byte[] buffer = new byte[Math.Min(entry.Length, PickleInput.MaxBytes)];
        content.ReadExactly(buffer);
        return new MemoryStream(buffer);
    }

    /// <summary>torch.save compresses nothing: what is compressed may expand to any size.</summary>
    private static Stream Open(ZipArchiveEntry entry) => entry.CompressedLength == entry.Length
        ? entry.Open()
        : throw new InvalidFileException(
            $"its entry '{entry.FullName}' is compressed, {entry.CompressedLength} bytes for {entry.Length}; "
            + "torch.save writes none that is.");
}
