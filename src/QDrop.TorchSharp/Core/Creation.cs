using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TorchSharp;

// What the functions that make tensors share.
public static partial class torch
{
    /// <summary>Calls a factory whose schema goes on with dtype, layout, device after <paramref name="first"/>.</summary>
    private static Tensor Create(string op, Value first, ScalarType? dtype, Device? device, bool requires_grad, string[]? names) =>
        Finish(Aten.Call(op, first, dtype, Value.None, device), requires_grad, names);

    private static Tensor CreateRandom(string op, Value size, Generator? generator, ScalarType? dtype, Device? device, bool requires_grad, string[]? names) =>
        Finish(generator is null
            ? Aten.Call(op, size, dtype, Value.None, device)
            : Aten.Call(op + ".generator", size, generator, dtype, Value.None, device), requires_grad, names);

    private static Tensor Full(Value size, Scalar value, ScalarType? dtype, Device? device, bool requires_grad, string[]? names) =>
        Finish(Aten.Call("full", size, value, dtype, Value.None, device), requires_grad, names);

    /// <summary>Sets what libtorch's factories leave to the front end.</summary>
    internal static Tensor Finish(Tensor tensor, bool requires_grad, string[]? names = null)
    {
        if (names is not null) throw new NotSupportedException("Named dimensions were asked for, but this binding of libtorch has none: leave 'names' out.");
        if (requires_grad) tensor.requires_grad = true;
        return tensor;
    }

    /// <summary>A tensor with a copy of <paramref name="data"/>, row major.</summary>
    internal static unsafe Tensor FromSpan<T>(ReadOnlySpan<T> data, ReadOnlySpan<long> sizes, ScalarType type, ScalarType? dtype = null, Device? device = null,
        bool requires_grad = false, string[]? names = null) where T : unmanaged
    {
        long elements = 1;
        foreach (long size in sizes) elements *= size;
        long given = (long)data.Length * sizeof(T) / type.ElementSize();
        if (elements != given)
            throw new ArgumentException($"The shape [{string.Join(", ", sizes.ToArray())}] holds {elements} elements, but {given} were given.");
        Tensor tensor;
        fixed (T* source = data)
        fixed (long* shape = sizes)
            tensor = new Tensor(Native.CheckHandle(Native.qd_from_memory(source, shape, sizes.Length, (int)type)));
        return Finish(As(tensor, dtype, device), requires_grad, names);
    }

    /// <summary>A tensor over the memory of <paramref name="array"/>, which stays pinned as long as the tensor's storage lives.</summary>
    internal static unsafe Tensor FromPinned(Array array, ReadOnlySpan<long> sizes, ScalarType type, long byteOffset = 0)
    {
        nint pin = GCHandle.ToIntPtr(GCHandle.Alloc(array, GCHandleType.Pinned));
        byte* data = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(array)) + byteOffset;
        fixed (long* shape = sizes)
            return new Tensor(Native.CheckHandle(Native.qd_from_blob(data, shape, sizes.Length, (int)type, &Unpin, pin)));
    }

    /// <summary>A tensor with a copy of an array of any rank and any element type that libtorch has.</summary>
    internal static Tensor FromArray(Array array, ReadOnlySpan<long> sizes, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromSpan(BytesOf(array), sizes, ScalarTypeOf(array.GetType().GetElementType()!), dtype, device, requires_grad, names);

    internal static long[] Lengths(Array array)
    {
        var lengths = new long[array.Rank];
        for (int i = 0; i < lengths.Length; i++) lengths[i] = array.GetLongLength(i);
        return lengths;
    }

    /// <summary>The libtorch type with the same bits as a C# type.</summary>
    internal static ScalarType ScalarTypeOf(Type type) => TryScalarTypeOf(type)
        ?? throw new ArgumentException($"Elements of type {type} have no counterpart in libtorch; expected a number type, bool, Half, BFloat16 or a complex type.");

    internal static ScalarType? TryScalarTypeOf(Type type)
    {
        if (type == typeof(float)) return ScalarType.Float32;
        if (type == typeof(double)) return ScalarType.Float64;
        if (type == typeof(long)) return ScalarType.Int64;
        if (type == typeof(int)) return ScalarType.Int32;
        if (type == typeof(short)) return ScalarType.Int16;
        if (type == typeof(sbyte)) return ScalarType.Int8;
        if (type == typeof(byte)) return ScalarType.Byte;
        if (type == typeof(bool)) return ScalarType.Bool;
        if (type == typeof(Half)) return ScalarType.Float16;
        if (type == typeof(BFloat16)) return ScalarType.BFloat16;
        if (type == typeof((float, float))) return ScalarType.ComplexFloat32;
        return type == typeof(System.Numerics.Complex) ? ScalarType.ComplexFloat64 : null;
    }

    private static Tensor As(Tensor tensor, ScalarType? dtype, Device? device)
    {
        if ((dtype is null || dtype == tensor.dtype) && (device is null || device.type == tensor.device_type)) return tensor;
        using (tensor) return tensor.to(dtype ?? tensor.dtype, device ?? tensor.device);
    }

    private static unsafe ReadOnlySpan<byte> BytesOf(Array array) => MemoryMarshal.CreateReadOnlySpan(ref MemoryMarshal.GetArrayDataReference(array),
        checked((int)(array.LongLength * ScalarTypeOf(array.GetType().GetElementType()!).ElementSize())));

    private static T[] ToArray<T>(IList<T> list) => list as T[] ?? [.. list];

    [UnmanagedCallersOnly]
    private static void Unpin(nint pin) => GCHandle.FromIntPtr(pin).Free();
}
