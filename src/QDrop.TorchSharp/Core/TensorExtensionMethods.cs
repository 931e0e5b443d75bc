using System.Globalization;
using System.Numerics;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TorchSharp;

/// <summary>Conversions, files and text of tensors.</summary>
public static class TensorExtensionMethods
{
    private const int BufferSize = 1 << 16;

    public static bool ToBoolean(this Tensor value) => value.item<bool>();
    public static byte ToByte(this Tensor value) => value.item<byte>();
    public static sbyte ToSByte(this Tensor value) => value.item<sbyte>();
    public static short ToInt16(this Tensor value) => value.item<short>();
    public static int ToInt32(this Tensor value) => value.item<int>();
    public static long ToInt64(this Tensor value) => value.item<long>();
    public static float ToSingle(this Tensor value) => value.item<float>();
    public static double ToDouble(this Tensor value) => value.item<double>();
    public static Half ToHalf(this Tensor value) => value.item<Half>();
    public static BFloat16 ToBFloat16(this Tensor value) => value.item<BFloat16>();
    public static (float, float) ToComplexFloat32(this Tensor value) => value.item<(float, float)>();
    public static (float, float) ToComplex32(this Tensor value) => value.item<(float, float)>();
    public static Complex ToComplexFloat64(this Tensor value) => value.item<Complex>();
    public static Complex ToComplex64(this Tensor value) => value.item<Complex>();

    public static Tensor ToTensor<T>(this T[] rawArray, long[] dimensions, bool doCopy = false, bool requires_grad = false) =>
        doCopy ? FromArray(rawArray, dimensions, requires_grad: requires_grad) : Finish(FromPinned(rawArray, dimensions, ScalarTypeOf(typeof(T))), requires_grad);

    public static Tensor ToTensor<T>(this T scalar, Device? device = null, bool requires_grad = false) where T : struct =>
        FromArray(new[] { scalar }, [], device: device, requires_grad: requires_grad);

    /// <summary>A parameter made of the tensor, which is as if disposed afterwards.</summary>
    public static Parameter AsParameter(this Tensor tensor) => tensor as Parameter ?? new Parameter(tensor, tensor.requires_grad);

    public static ReadOnlySpan<int> IntShape(this Tensor tensor) => Array.ConvertAll(tensor.shape, static size => checked((int)size));

    public static long TotalSize(this IEnumerable<long> shape) => shape.Aggregate(1L, static (product, size) => product * size);

    /// <summary>Bytes of one element.</summary>
    public static int ElementSize(this ScalarType type) => type switch
    {
        ScalarType.Byte or ScalarType.Int8 or ScalarType.Bool or ScalarType.QInt8 or ScalarType.QUInt8 => 1,
        ScalarType.Int16 or ScalarType.Float16 or ScalarType.BFloat16 => 2,
        ScalarType.Int32 or ScalarType.Float32 or ScalarType.QInt32 => 4,
        ScalarType.Int64 or ScalarType.Float64 or ScalarType.ComplexFloat32 => 8,
        ScalarType.ComplexFloat64 => 16,
        _ => throw new ArgumentException($"{type} is not an element type."),
    };

    public static void Save(this Tensor tensor, string location)
    {
        using FileStream stream = File.Create(location);
        tensor.Save(stream);
    }

    public static void Save(this Tensor tensor, Stream stream)
    {
        using var writer = new BinaryWriter(stream, System.Text.Encoding.UTF8, leaveOpen: true);
        tensor.Save(writer);
    }

    /// <summary>Writes type, rank and sizes as LEB128 numbers, then the elements row major and little endian.</summary>
    public static void Save(this Tensor tensor, BinaryWriter writer)
    {
        long[] sizes = tensor.shape;
        writer.Write7BitEncodedInt64((long)tensor.dtype);
        writer.Write7BitEncodedInt64(sizes.Length);
        foreach (long size in sizes) writer.Write7BitEncodedInt64(size);
        writer.Flush();
        tensor.WriteBytesToStream(writer.BaseStream, BufferSize);
    }

    /// <summary>Reads a tensor that <see cref="Save(Tensor, BinaryWriter)"/> wrote, of whatever type and shape.</summary>
    public static Tensor Load(BinaryReader reader, bool skip = false)
    {
        (ScalarType type, long[] sizes) = ReadHeader(reader);
        Tensor tensor = Aten.Call("empty.memory_format", sizes, type);
        ReadElements(tensor, reader, skip);
        return tensor;
    }

    /// <summary>Reads into a tensor, which must have the type and the shape that were written.</summary>
    public static void Load(this Tensor tensor, BinaryReader reader, bool skip = false)
    {
        (ScalarType type, long[] sizes) = ReadHeader(reader);
        if (!skip)
        {
            if (type != tensor.dtype) throw new ArgumentException($"Mismatched tensor data types while loading: the file has {type}, the tensor {tensor.dtype}.");
            if (!sizes.AsSpan().SequenceEqual(tensor.shape))
                throw new ArgumentException($"Mismatched tensor shape while loading: the file has [{string.Join(", ", sizes)}], the tensor [{string.Join(", ", tensor.shape)}].");
        }
        if (!skip && tensor.is_contiguous() && tensor.is_cpu())
        {
            ReadElements(tensor, reader, skip: false);
            return;
        }
        using Tensor read = Aten.Call("empty.memory_format", sizes, type);
        ReadElements(read, reader, skip);
        if (skip) return;
        using IDisposable mode = no_grad();
        tensor.copy_(read);
    }

    /// <summary>Reads into a tensor, or into a new one where there is none or it has another type or shape.</summary>
    public static void Load(ref Tensor? tensor, BinaryReader reader, bool skip = false)
    {
        if (tensor is null) tensor = Load(reader, skip);
        else tensor.Load(reader, skip);
    }

    /// <summary>Prints the tensor to the console and returns it.</summary>
    public static Tensor print(this Tensor t, string? fltFormat = "g5", int? width = 100, string? newLine = null, CultureInfo? cultureInfo = null, TensorStringStyle style = TensorStringStyle.Default)
    {
        Console.WriteLine(t.ToString(style, fltFormat, width, cultureInfo, newLine));
        return t;
    }

    public static string str(this Tensor tensor, string? fltFormat = null, int? width = null, string? newLine = null, CultureInfo? cultureInfo = null, TensorStringStyle style = TensorStringStyle.Default) =>
        tensor.ToString(style, fltFormat, width, cultureInfo, newLine);

    public static string jlstr(this Tensor tensor, string? fltFormat = null, int? width = null, string? newLine = null, CultureInfo? cultureInfo = null) =>
        tensor.ToString(TensorStringStyle.Julia, fltFormat, width, cultureInfo, newLine);

    public static string npstr(this Tensor tensor, string? fltFormat = "g5", int? width = 100, string? newLine = null, CultureInfo? cultureInfo = null) =>
        tensor.ToString(TensorStringStyle.Numpy, fltFormat, width, cultureInfo, newLine);

    public static string cstr(this Tensor tensor, string? fltFormat = "g5", int? width = 100, string? newLine = null, CultureInfo? cultureInfo = null) =>
        tensor.ToString(TensorStringStyle.CSharp, fltFormat, width, cultureInfo, newLine);

    public static string metastr(this Tensor tensor) => tensor.ToString(TensorStringStyle.Metadata);

    private static (ScalarType Type, long[] Sizes) ReadHeader(BinaryReader reader)
    {
        long type = reader.Read7BitEncodedInt64(), rank = reader.Read7BitEncodedInt64();
        if (!Enum.IsDefined((ScalarType)Math.Clamp(type, sbyte.MinValue, sbyte.MaxValue)) || rank is < 0 or > 64)
            throw new InvalidDataException($"This is not a tensor file: it starts with the element type {type} and {rank} dimensions.");
        var sizes = new long[rank];
        for (int i = 0; i < sizes.Length; i++) sizes[i] = reader.Read7BitEncodedInt64();
        return ((ScalarType)type, sizes);
    }

    private static void ReadElements(Tensor tensor, BinaryReader reader, bool skip)
    {
        if (!skip)
        {
            tensor.ReadBytesFromStream(reader.BaseStream, BufferSize);
            return;
        }
        long length = tensor.numel() * tensor.element_size();
        var buffer = new byte[BufferSize];
        for (long at = 0; at < length; at += BufferSize) reader.BaseStream.ReadExactly(buffer, 0, (int)Math.Min(BufferSize, length - at));
    }
}
