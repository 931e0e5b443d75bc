using System.Text;
using QDrop.Safetensors;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop;

/// <summary>Reads and writes safetensors files: named tensors and a dictionary of strings.</summary>
/// <remarks>
/// Of our own: TorchSharp.PyBridge's reader checks neither gaps, overlap nor the length of the file, and drops the
/// metadata.
/// </remarks>
public static class SafetensorsFile
{
    private static readonly InputFile Kind = new(
        "file",
        Missing: Codes.WeightsMissing,
        Damaged: Codes.WeightsUnreadable,
        Foreign: Codes.WeightsUnreadable,
        Advice: "Copy or export it again.",
        AdviceIfMissing: "Check the path.");

    private static readonly UTF8Encoding StrictUtf8 = new(
        encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads all tensors, into main memory. Types: F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The tensors by name, and the file's <c>__metadata__</c>. The caller disposes the tensors.</returns>
    /// <exception cref="QDropException">
    /// QDROP210: there is no such file. QDROP213: it cannot be read, is truncated, or breaks the format (header too
    /// long, not UTF-8 or JSON, duplicate names, unknown types, sizes that disagree, data that overlap, leave gaps or
    /// exceed the file).
    /// </exception>
    public static (Dictionary<string, Tensor> Tensors, Dictionary<string, string> Metadata) Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Kind.Read(path, Read);
    }

    /// <summary>
    /// Writes tensors: aside, then renamed, so that the path holds the whole file or what was there before. Given the
    /// same tensors and metadata the bytes are the same; data are ordered by size of element, then name, so that every
    /// tensor is aligned.
    /// </summary>
    /// <param name="path">The file; its folder is created if need be, a file of that name replaced.</param>
    /// <param name="tensors">The tensors by name, on any device, contiguous or not.</param>
    /// <param name="metadata">Strings for <c>__metadata__</c>.</param>
    /// <exception cref="ArgumentException">
    /// A tensor's type cannot be stored, or a name is reserved or not Unicode.
    /// </exception>
    /// <exception cref="QDropException">
    /// QDROP260: the file cannot be written, for instance because the disk is full.
    /// </exception>
    public static void Write(
        string path,
        IReadOnlyDictionary<string, Tensor> tensors,
        IReadOnlyDictionary<string, string>? metadata = null) => Write(path, tensors, metadata, create: null);

    /// <inheritdoc cref="Write(string, IReadOnlyDictionary{string, Tensor}, IReadOnlyDictionary{string, string}?)"/>
    /// <param name="path">The file.</param>
    /// <param name="tensors">The tensors by name.</param>
    /// <param name="metadata">Strings for <c>__metadata__</c>.</param>
    /// <param name="create">Creates the file of the given path; tests give one that fails.</param>
    internal static void Write(
        string path,
        IReadOnlyDictionary<string, Tensor> tensors,
        IReadOnlyDictionary<string, string>? metadata,
        Func<string, Stream>? create)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(tensors);
        SafetensorsHeader header = Lay(tensors, metadata);
        byte[] lead = header.ToBytes();
        AtomicFile.Write(path, stream =>
        {
            stream.Write(lead);
            foreach (SafetensorsEntry entry in header.Entries)
            {
                using Tensor dense = TensorBytes.Dense(tensors[entry.Name]);
                TensorBytes.ForEachPiece(dense, bytes => stream.Write(bytes));
            }
        }, create);
    }

    /// <exception cref="InvalidFileException">The contents break the format.</exception>
    internal static (Dictionary<string, Tensor> Tensors, Dictionary<string, string> Metadata) Read(Stream stream)
    {
        var header = SafetensorsHeader.Read(stream);
        using DisposeScope scope = NewDisposeScope();
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (SafetensorsEntry entry in header.Entries)
            tensors.Add(entry.Name, ReadTensor(stream, entry.Name, entry.Shape, SafetensorsTypes.InMemory(entry.Type)));
        foreach (Tensor tensor in tensors.Values)
            tensor.MoveToOuterDisposeScope();
        return (tensors, header.Metadata);
    }

    /// <summary>Reads a tensor's data straight into its memory.</summary>
    internal static Tensor ReadTensor(Stream stream, string name, long[] shape, ScalarType type)
    {
        Tensor tensor = empty(shape, type);
        TensorBytes.ForEachPiece(
            tensor,
            bytes =>
            {
                stream.ReadExactly(bytes);
                if (type == ScalarType.Bool && bytes.ContainsAnyExcept((byte)0, (byte)1))
                    throw new InvalidFileException(
                        $"tensor '{name}' of type BOOL has bytes other than 0 and 1: it is corrupted.");
            });
        return tensor;
    }

    private static SafetensorsHeader Lay(
        IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        var entries = new List<SafetensorsEntry>();
        long position = 0;
        foreach ((string? name, Tensor? tensor) in tensors
                .OrderByDescending(static t => SafetensorsTypes.SizeOf(t.Value.dtype))
                .ThenBy(static t => t.Key, StringComparer.Ordinal))
        {
            if (name == SafetensorsHeader.MetadataName)
                throw new ArgumentException($"'{name}' is reserved and cannot be a tensor's name.", nameof(tensors));
            CheckUnicode(name, nameof(tensors));
            long end = checked(
                position + SafetensorsHeader.ByteCount(tensor.shape, SafetensorsTypes.SizeOf(tensor.dtype)));
            entries.Add(new SafetensorsEntry(name, SafetensorsTypes.Stored(tensor.dtype), tensor.shape, position, end));
            position = end;
        }

        var strings = new Dictionary<string, string>(
            metadata ?? new Dictionary<string, string>(), StringComparer.Ordinal);
        foreach ((string? name, string? value) in strings)
        {
            CheckUnicode(name, nameof(metadata));
            CheckUnicode(value, nameof(metadata));
        }

        return new SafetensorsHeader(entries, strings);
    }

    /// <summary>
    /// A lone surrogate would be replaced silently, and the file hold another name than was asked for.
    /// </summary>
    private static void CheckUnicode(string text, string parameter)
    {
        try
        {
            StrictUtf8.GetByteCount(text);
        }
        catch (EncoderFallbackException e)
        {
            throw new ArgumentException(
                $"'{text}' has half of a surrogate pair and cannot be stored as UTF-8.", parameter, e);
        }
    }
}
