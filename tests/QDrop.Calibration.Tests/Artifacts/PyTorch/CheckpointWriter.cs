using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace QDrop.Tests.Artifacts.PyTorch;

/// <summary>Writes checkpoints byte by byte, right ones and such as PyTorch would never write.</summary>
internal static class CheckpointWriter
{
    public const byte Mark = (byte)'(', Stop = (byte)'.', Pop = (byte)'0', Put = (byte)'q', Get = (byte)'h';

    public const byte None = (byte)'N', EmptyMap = (byte)'}', SetItems = (byte)'u', AsTuple = 0x85;

    public const byte EmptyList = (byte)']', Append = (byte)'a', Appends = (byte)'e';

    public const byte PersistentId = (byte)'Q', Reduce = (byte)'R', StackGlobal = 0x93, NewObject = 0x81;

    /// <summary>The magic number, the version and the facts of the machine that the older format begins with.</summary>
    public static byte[] Older =>
    [
        0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, Stop,
        .. Pickle(Number(1001)),
        .. Pickle([EmptyMap]),
    ];

    /// <summary>A pickle of protocol 2 of some values.</summary>
    public static byte[] Pickle(params byte[][] instructions) =>
        [0x80, 2, .. instructions.SelectMany(static i => i), Stop];

    public static byte[] Text(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        return [(byte)'X', .. Length(bytes.Length), .. bytes];
    }

    public static byte[] Number(long number)
    {
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        return [0x8a, 8, .. bytes];
    }

    public static byte[] Length(int length)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, length);
        return bytes;
    }

    public static byte[] Name(string module, string name) => Encoding.UTF8.GetBytes($"c{module}\n{name}\n");

    public static byte[] Tuple(params byte[][] values) => [Mark, .. values.SelectMany(static v => v), (byte)'t'];

    public static byte[] Call(byte[] name, byte[] arguments) => [.. name, .. arguments, Reduce];

    public static byte[] Map(params (string Name, byte[] Value)[] members) =>
        [EmptyMap, Mark, .. members.SelectMany(static m => (byte[])[.. Text(m.Name), .. m.Value]), SetItems];

    /// <summary>Instructions again and again.</summary>
    public static byte[] Repeat(int count, params byte[] instructions) =>
        [.. Enumerable.Repeat(instructions, count).SelectMany(static i => i)];

    /// <summary>A tensor as <c>torch.save</c> writes it, with any numbers.</summary>
    public static byte[] Tensor(
        long[] shape, long[] strides, long offset = 0, long count = 4, string key = "0", string type = "FloatStorage")
    {
        byte[] storage = Tuple(Text("storage"), Name("torch", type), Text(key), Text("cpu"), Number(count));
        byte[] arguments = Tuple(
            [.. storage, PersistentId],
            Number(offset),
            Tuple([.. shape.Select(Number)]),
            Tuple([.. strides.Select(Number)]),
            [0x89],
            Call(Name("collections", "OrderedDict"), Tuple()));
        return Call(Name("torch._utils", "_rebuild_tensor_v2"), arguments);
    }

    /// <summary>An archive with a pickle, a storage of four numbers, and more.</summary>
    public static byte[] Zip(byte[] pickle, params (string Name, byte[] Bytes)[] more) =>
        Zip(CompressionLevel.NoCompression, [("a/data.pkl", pickle), ("a/data/0", new byte[16]), .. more]);

    public static byte[] Zip(CompressionLevel compression, params (string Name, byte[] Bytes)[] entries)
    {
        using var file = new MemoryStream();
        using (var archive = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string? name, byte[]? bytes) in entries)
            {
                using Stream entry = archive.CreateEntry(name, compression).Open();
                entry.Write(bytes);
            }
        }

        return file.ToArray();
    }
}
