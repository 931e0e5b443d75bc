using System.Numerics;

namespace TorchSharp;

public static partial class torch
{
    // Single elements, and conversions between tensors and C# values.
    public partial class Tensor
    {
        /// <summary>The only element of a tensor, converted to <typeparamref name="T"/>.</summary>
        public T item<T>() where T : unmanaged
        {
            if (numel() != 1) throw new ArgumentException($"item() takes a tensor of one element; this one has the shape [{string.Join(", ", shape)}].");
            return One<T>(ToScalar());
        }

        public unsafe Scalar ToScalar()
        {
            if (numel() != 1) throw new ArgumentException($"A scalar is made of a tensor of one element; this one has the shape [{string.Join(", ", shape)}].");
            Tensor source = is_cpu() ? this : cpu();
            byte* p = source.DataPointer();
            Scalar scalar = dtype switch
            {
                ScalarType.Byte => *p,
                ScalarType.Int8 => *(sbyte*)p,
                ScalarType.Int16 => *(short*)p,
                ScalarType.Int32 => *(int*)p,
                ScalarType.Int64 => *(long*)p,
                ScalarType.Float16 => *(Half*)p,
                ScalarType.Float32 => *(float*)p,
                ScalarType.Float64 => *(double*)p,
                ScalarType.Bool => *p != 0,
                ScalarType.BFloat16 => *(BFloat16*)p,
                ScalarType.ComplexFloat32 => (((float*)p)[0], ((float*)p)[1]),
                ScalarType.ComplexFloat64 => *(Complex*)p,
                _ => throw new InvalidOperationException($"A tensor of type {dtype} has no scalars; dequantize it first."),
            };
            GC.KeepAlive(source);
            return scalar;
        }

        /// <summary>The element at a position of the memory, counted in elements from the first.</summary>
        public unsafe T ReadCpuValue<T>(long i) where T : unmanaged
        {
            ExpectType<T>();
            if (i < 0 || i >= numel()) throw new ArgumentOutOfRangeException(nameof(i), i, $"The tensor has {numel()} elements.");
            T value = ((T*)DataPointer())[i];
            GC.KeepAlive(this);
            return value;
        }

        public bool ReadCpuBool(long i) => ReadCpuValue<bool>(i);
        public byte ReadCpuByte(long i) => ReadCpuValue<byte>(i);
        public sbyte ReadCpuSByte(long i) => ReadCpuValue<sbyte>(i);
        public short ReadCpuInt16(long i) => ReadCpuValue<short>(i);
        public int ReadCpuInt32(long i) => ReadCpuValue<int>(i);
        public long ReadCpuInt64(long i) => ReadCpuValue<long>(i);
        public float ReadCpuSingle(long i) => ReadCpuValue<float>(i);
        public double ReadCpuDouble(long i) => ReadCpuValue<double>(i);
        public float ReadCpuFloat16(long i) => (float)ReadCpuValue<Half>(i);
        public float ReadCpuBFloat16(long i) => (float)ReadCpuValue<BFloat16>(i);

        /// <summary>The elements as nested lists of scalars; of a tensor without dimensions its scalar.</summary>
        public object tolist()
        {
            if (dim() == 0) return ToScalar();
            using DisposeScope scope = NewDisposeScope();
            return unbind().Select(static part => part.tolist()).ToList();
        }

        public static implicit operator Tensor(byte value) => tensor(value);
        public static implicit operator Tensor(sbyte value) => tensor(value);
        public static implicit operator Tensor(short value) => tensor(value);
        public static implicit operator Tensor(int value) => tensor(value);
        public static implicit operator Tensor(long value) => tensor(value);
        public static implicit operator Tensor(float value) => tensor(value);
        public static implicit operator Tensor(double value) => tensor(value);
        public static implicit operator Tensor(bool value) => tensor(value);
        public static implicit operator Tensor((float, float) value) => tensor(value);
        public static implicit operator Tensor(Complex value) => tensor(value);
        public static implicit operator Tensor(byte[] value) => tensor(value);
        public static implicit operator Tensor(sbyte[] value) => tensor(value);
        public static implicit operator Tensor(short[] value) => tensor(value);
        public static implicit operator Tensor(int[] value) => tensor(value);
        public static implicit operator Tensor(long[] value) => tensor(value);
        public static implicit operator Tensor(float[] value) => tensor(value);
        public static implicit operator Tensor(double[] value) => tensor(value);
        public static implicit operator Tensor(bool[] value) => tensor(value);
        public static implicit operator Tensor((float, float)[] value) => tensor(value);
        public static implicit operator Tensor(Complex[] value) => tensor(value);
        public static implicit operator Tensor(Scalar scalar) => torch.full(Array.Empty<long>(), scalar, scalar.Type);

        public static explicit operator float(Tensor value) => value.ToSingle();
        public static explicit operator double(Tensor value) => value.ToDouble();
        public static explicit operator sbyte(Tensor value) => value.ToSByte();
        public static explicit operator byte(Tensor value) => value.ToByte();
        public static explicit operator short(Tensor value) => value.ToInt16();
        public static explicit operator int(Tensor value) => value.ToInt32();
        public static explicit operator long(Tensor value) => value.ToInt64();
        public static explicit operator bool(Tensor value) => value.ToBoolean();

        // The first element's address. A tensor on another device has none that C# can read.
        internal unsafe byte* DataPointer()
        {
            if (!is_cpu()) throw new InvalidOperationException($"The elements lie on the device '{device}'; copy the tensor with cpu() to read them.");
            void* data;
            Native.Check(Native.qd_data(LiveHandle, &data));
            return (byte*)data;
        }

        internal void ExpectType<T>()
        {
            ScalarType asked = ScalarTypeOf(typeof(T));
            ScalarType mine = dtype switch { ScalarType.QInt8 => ScalarType.Int8, ScalarType.QUInt8 => ScalarType.Byte, ScalarType.QInt32 => ScalarType.Int32, var d => d };
            if (asked != mine) throw new ArgumentException($"The elements are {dtype}; they cannot be read as {typeof(T)} ({asked}). Convert the tensor with to_type first.");
        }

        private static T One<T>(Scalar scalar) where T : unmanaged
        {
            object value = Type.GetTypeCode(typeof(T)) switch
            {
                TypeCode.Boolean => scalar.ToBoolean(),
                TypeCode.Byte => scalar.ToByte(),
                TypeCode.SByte => scalar.ToSByte(),
                TypeCode.Int16 => scalar.ToInt16(),
                TypeCode.Int32 => scalar.ToInt32(),
                TypeCode.Int64 => scalar.ToInt64(),
                TypeCode.Single => scalar.ToSingle(),
                TypeCode.Double => scalar.ToDouble(),
                _ when typeof(T) == typeof(Half) => scalar.ToHalf(),
                _ when typeof(T) == typeof(BFloat16) => scalar.ToBFloat16(),
                _ when typeof(T) == typeof((float, float)) => scalar.ToComplexFloat32(),
                _ when typeof(T) == typeof(Complex) => scalar.ToComplexFloat64(),
                _ => throw new ArgumentException($"Elements cannot be read as {typeof(T)}."),
            };
            return (T)value;
        }
    }
}
