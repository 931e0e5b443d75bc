using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using static TorchSharp.torch;

namespace QDrop.Safetensors;

/// <summary>
/// SHA-256 over named tensors: for each, in ordinal order of the names, the name and the type (as safetensors calls
/// it), each as UTF-8 after its length in 4 bytes; the number of dimensions in 4 bytes and each in 8; then the data,
/// row-major. Little endian.
/// </summary>
internal static class TensorHash
{
    /// <summary>
    /// The hash of one tensor without a name, such as calibration data; 64 lower-case hexadecimal digits.
    /// </summary>
    internal static string Of(Tensor tensor) => Of([new KeyValuePair<string, Tensor>("", tensor)]);

    /// <summary>
    /// The hash of named tensors, preceded by <paramref name="preamble"/> if there is one; 64 lower-case hexadecimal
    /// digits.
    /// </summary>
    internal static string Of(IEnumerable<KeyValuePair<string, Tensor>> tensors, string? preamble = null)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        if (preamble is not null)
            Append(hash, preamble);
        foreach ((string? name, Tensor? tensor) in tensors.OrderBy(static t => t.Key, StringComparer.Ordinal))
        {
            Append(hash, name);
            Append(hash, SafetensorsTypes.NameOf(tensor.dtype));
            Append(hash, (uint)tensor.shape.Length);
            foreach (long size in tensor.shape)
                Append(hash, size);
            using Tensor dense = TensorBytes.Dense(tensor);
            TensorBytes.ForEachPiece(dense, bytes => hash.AppendData(bytes));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Append(IncrementalHash hash, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        Append(hash, (uint)bytes.Length);
        hash.AppendData(bytes);
    }

    private static void Append(IncrementalHash hash, uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        hash.AppendData(bytes);
    }

    private static void Append(IncrementalHash hash, long value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        hash.AppendData(bytes);
    }
}
