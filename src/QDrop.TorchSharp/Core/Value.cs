using System.Runtime.InteropServices;
using System.Text;
using static TorchSharp.torch;

namespace TorchSharp;

/// <summary>What a <see cref="Value"/> holds; the numbers are the shim's.</summary>
internal enum Tag
{
    None = 0, Tensor = 1, Int = 2, Double = 3, Bool = 4, Complex = 5, IntList = 6, DoubleList = 7, BoolList = 8, String = 9, Device = 10,
    TensorList = 11, Generator = 12, Default = 13,
}

/// <summary>A tagged value as it crosses the border to the shim.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeValue
{
    public int Tag;
    public int Count;
    public long Bits;
}

/// <summary>One argument of an ATen operator, made by implicit conversion from whatever C# has.</summary>
internal readonly struct Value
{
    private readonly object? _reference;
    private readonly long _bits;
    private readonly Tag _tag;

    private Value(Tag tag, long bits, object? reference = null)
    {
        _tag = tag;
        _bits = bits;
        _reference = reference;
    }

    /// <summary>An absent optional argument.</summary>
    public static Value None => default;

    /// <summary>The schema's default, for an argument with others after it.</summary>
    public static Value Default => new(Tag.Default, 0);

    public static implicit operator Value(Tensor? value) => value is null ? None : new(Tag.Tensor, 0, value);
    public static implicit operator Value(long value) => new(Tag.Int, value);
    public static implicit operator Value(int value) => new(Tag.Int, value);
    public static implicit operator Value(double value) => new(Tag.Double, BitConverter.DoubleToInt64Bits(value));
    public static implicit operator Value(float value) => (double)value;
    public static implicit operator Value(bool value) => new(Tag.Bool, value ? 1 : 0);
    public static implicit operator Value(long? value) => value is { } v ? v : None;
    public static implicit operator Value(int? value) => value is { } v ? v : None;
    public static implicit operator Value(double? value) => value is { } v ? v : None;
    public static implicit operator Value(float? value) => value is { } v ? v : None;
    public static implicit operator Value(bool? value) => value is { } v ? v : None;
    public static implicit operator Value(Scalar? value) => value is null ? None : value.ToValue();
    public static implicit operator Value(ScalarType value) => new(Tag.Int, (long)value);
    public static implicit operator Value(ScalarType? value) => value is { } v ? v : None;
    public static implicit operator Value(long[]? value) => value is null ? None : new(Tag.IntList, 0, value);
    public static implicit operator Value(int[]? value) => value is null ? None : Array.ConvertAll(value, static v => (long)v);
    public static implicit operator Value(double[]? value) => value is null ? None : new(Tag.DoubleList, 0, value);
    public static implicit operator Value(float[]? value) => value is null ? None : Array.ConvertAll(value, static v => (double)v);
    public static implicit operator Value(bool[]? value) => value is null ? None : new(Tag.BoolList, 0, Array.ConvertAll(value, static v => v ? 1L : 0));
    public static implicit operator Value(string? value) => value is null ? None : new(Tag.String, 0, value);
    public static implicit operator Value(Device? value) => value is null ? None : new(Tag.Device, (long)NativeDeviceType(value.type) | ((long)value.index << 32));
    public static implicit operator Value(Generator? value) => value is null ? None : new(Tag.Generator, value.Handle, value);
    public static implicit operator Value(Tensor?[]? value) => value is null ? None : new(Tag.TensorList, 0, value);
    public static implicit operator Value(List<Tensor>? value) => value is null ? None : value.ToArray();

    /// <summary>A list of tensors (C# has no conversions from interfaces).</summary>
    public static Value Tensors(IEnumerable<Tensor?> tensors) => tensors as Tensor?[] ?? [.. tensors];

    /// <summary>A list in which null stands for an absent tensor, as the indices of index and index_put are.</summary>
    public static Value OptionalTensors(IReadOnlyList<Tensor?> tensors) => tensors as Tensor?[] ?? [.. tensors];

    /// <summary>A memory layout by TorchSharp's numbering, which is libtorch's for dense and COO.</summary>
    public static Value Layout(layout value) => (int)value;

    /// <summary>A memory format: contiguous 0, preserve 1, channels last 2, channels last 3d 3 by libtorch's numbering.</summary>
    public static Value MemoryFormat(memory_format value) => value switch
    {
        memory_format.contiguous_format => 0,
        memory_format.preserve_format => 1,
        _ => (int)value,
    };

    /// <summary>A complex number.</summary>
    public static Value Complex(System.Numerics.Complex value) => new(Tag.Complex, 0, value);

    /// <summary>Native words that this value needs besides the tagged value itself.</summary>
    internal int ScratchWords => _tag switch
    {
        Tag.IntList => ((long[])_reference!).Length,
        Tag.DoubleList => ((double[])_reference!).Length,
        Tag.BoolList => ((long[])_reference!).Length,
        Tag.TensorList => ((Tensor?[])_reference!).Length,
        Tag.String => (Encoding.UTF8.GetMaxByteCount(((string)_reference!).Length) + 7) / 8,
        Tag.Complex => 2,
        _ => 0,
    };

    /// <summary>Keeps what the value refers to alive up to here.</summary>
    internal void KeepAlive() => GC.KeepAlive(_reference);

    /// <summary>Writes the value for the shim; returns the words of <paramref name="scratch"/> that it took.</summary>
    internal unsafe int Write(NativeValue* target, long* scratch)
    {
        target->Tag = (int)_tag;
        target->Count = 0;
        target->Bits = _bits;
        switch (_tag)
        {
            case Tag.Tensor:
                target->Bits = ((Tensor)_reference!).LiveHandle;
                return 0;
            case Tag.IntList or Tag.BoolList:
                return Copy((long[])_reference!, target, scratch);
            case Tag.DoubleList:
                return Copy(MemoryMarshal.Cast<double, long>((double[])_reference!), target, scratch);
            case Tag.TensorList:
                var tensors = (Tensor?[])_reference!;
                for (int i = 0; i < tensors.Length; i++) scratch[i] = tensors[i] is { } t ? t.LiveHandle : 0;
                target->Count = tensors.Length;
                target->Bits = (long)scratch;
                return tensors.Length;
            case Tag.String:
                var text = (string)_reference!;
                int room = ScratchWords;
                target->Count = Encoding.UTF8.GetBytes(text, new Span<byte>(scratch, room * 8));
                target->Bits = (long)scratch;
                return room;
            case Tag.Complex:
                var number = (System.Numerics.Complex)_reference!;
                scratch[0] = BitConverter.DoubleToInt64Bits(number.Real);
                scratch[1] = BitConverter.DoubleToInt64Bits(number.Imaginary);
                target->Bits = (long)scratch;
                return 2;
            default:
                return 0;
        }
    }

    private static unsafe int Copy(ReadOnlySpan<long> list, NativeValue* target, long* scratch)
    {
        list.CopyTo(new Span<long>(scratch, list.Length));
        target->Count = list.Length;
        target->Bits = (long)scratch;
        return list.Length;
    }

    // TorchSharp numbers META 14 and MPS 13 like libtorch's DeviceType.
    private static int NativeDeviceType(DeviceType type) => (int)type & 0xff;
}
