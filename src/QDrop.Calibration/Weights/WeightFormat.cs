using QDrop.Calibration.Weights.PyTorch;
using QDrop.Safetensors;
using static TorchSharp.torch;

namespace QDrop.Calibration.Weights;

/// <summary>Tells the formats of weights apart, by the contents where they say it, else by the name.</summary>
internal static class WeightFormat
{
    /// <summary>Bytes that tell what a file is: the last to look at is the word "ustar" of a tar archive.</summary>
    private const int Lead = 262;

    /// <exception cref="QDropException">The file is missing, damaged, or of none of the formats.</exception>
    internal static Dictionary<string, Tensor> Read(InputFile kind, string path) => IsIndex(path)
        ? ShardedWeights.Read(kind, path)
        : kind.Read(path, stream => Read(stream, Path.GetExtension(path).ToLowerInvariant()));

    /// <summary>The files that weights are read from: several where the path is that of an index.</summary>
    /// <exception cref="QDropException">The index is missing or damaged.</exception>
    internal static IReadOnlyList<string> FilesOf(InputFile kind, string path) =>
        IsIndex(path) ? [path, .. ShardedWeights.FilesOf(kind, path)] : [path];

    internal static bool IsIndex(string path) => path.EndsWith(".index.json", StringComparison.OrdinalIgnoreCase);

    private static Dictionary<string, Tensor> Read(Stream stream, string extension)
    {
        Span<byte> buffer = stackalloc byte[Lead];
        Span<byte> start = buffer[..stream.ReadAtLeast(buffer, Lead, throwOnEndOfStream: false)];
        stream.Position = 0;
        if (start.StartsWith("PK\x03\x04"u8))
            return ZipCheckpoint.Read(stream);
        if (LegacyCheckpoint.IsAt(start) || (IsPickle(start) && extension is ".pt" or ".pth" or ".bin" or ".ckpt"))
            return LegacyCheckpoint.Read(stream);
        if (IsForeign(start) is { } found)
            throw found;
        return extension == ".safetensors" ? SafetensorsFile.Read(stream).Tensors : TorchSharpWeights.Read(stream);
    }

    private static bool IsPickle(ReadOnlySpan<byte> start) =>
        start.Length >= 2 && start[0] == 0x80 && start[1] is >= 2 and <= 5;

    /// <summary>
    /// Files that often stand in the place of weights; what follows would only say that they are not what was expected.
    /// </summary>
    private static InvalidFileException? IsForeign(ReadOnlySpan<byte> start)
    {
        if (start.StartsWith("version https://git-lfs"u8))
        {
            return new InvalidFileException(
                "it is a pointer of Git LFS, not the weights.",
                foreign: true,
                advice: "Fetch them with: git lfs pull.");
        }

        if (start.Length == Lead && start[^5..].SequenceEqual("ustar"u8))
        {
            return new InvalidFileException(
                "it is a tar archive; weights are not read from it, also not what torch.save wrote before PyTorch 0.2.",
                foreign: true,
                advice: "Unpack it, or save the weights again with a newer PyTorch.");
        }

        return null;
    }
}
