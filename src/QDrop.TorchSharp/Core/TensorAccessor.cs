using System.Collections;
using static TorchSharp.torch;

namespace TorchSharp.Utils;

/// <summary>
/// The elements of a tensor, read and written where they lie, in the order of its indices whatever its strides.
/// Valid as long as the tensor is not disposed.
/// </summary>
public sealed unsafe class TensorAccessor<T> : IEnumerable<T>, IDisposable where T : unmanaged
{
    private readonly Tensor _tensor;
    private readonly long[] _sizes;
    private readonly long[] _strides;
    private readonly bool _contiguous;
    private readonly T* _data;

    internal TensorAccessor(Tensor tensor)
    {
        tensor.ExpectType<T>();
        _tensor = tensor;
        _data = (T*)tensor.DataPointer();
        _sizes = tensor.shape;
        _strides = tensor.stride();
        _contiguous = tensor.is_contiguous();
        Count = tensor.numel();
    }

    public long Count { get; }

    public bool IsReadOnly => false;

    public T this[params long[] indices]
    {
        get => Data[Offset(indices)];
        set => Data[Offset(indices)] = value;
    }

    private T* Data
    {
        get
        {
            _ = _tensor.LiveHandle;
            return _data;
        }
    }

    public T[] ToArray()
    {
        var result = new T[Count];
        CopyTo(result);
        return result;
    }

    /// <summary>An array with as many dimensions as the tensor has, or one element for a tensor without dimensions.</summary>
    public Array ToNDArray()
    {
        if (_sizes.Length == 0) return ToArray();
        var result = Array.CreateInstance(typeof(T), _sizes);
        T[] flat = ToArray();
        Buffer.BlockCopy(flat, 0, result, 0, checked(flat.Length * sizeof(T)));
        return result;
    }

    public void CopyTo(T[] array, int arrayIndex = 0, long tensorIndex = 0) => CopyTo(array.AsSpan(), arrayIndex, tensorIndex);

    public void CopyTo(Span<T> array, int arrayIndex = 0, long tensorIndex = 0)
    {
        int count = (int)Math.Min(array.Length - arrayIndex, Count - tensorIndex);
        T* data = Data;
        if (_contiguous) new ReadOnlySpan<T>(data + tensorIndex, count).CopyTo(array[arrayIndex..]);
        else foreach (long offset in Offsets(tensorIndex, count)) array[arrayIndex++] = data[offset];
    }

    public void CopyFrom(T[] array, int arrayIndex = 0, long tensorIndex = 0) => CopyFrom((ReadOnlySpan<T>)array, arrayIndex, tensorIndex);

    public void CopyFrom(ReadOnlySpan<T> array, int arrayIndex = 0, long tensorIndex = 0)
    {
        int count = (int)Math.Min(array.Length - arrayIndex, Count - tensorIndex);
        T* data = Data;
        if (_contiguous) array.Slice(arrayIndex, count).CopyTo(new Span<T>(data + tensorIndex, count));
        else foreach (long offset in Offsets(tensorIndex, count)) data[offset] = array[arrayIndex++];
    }

    public IEnumerator<T> GetEnumerator() => Offsets(0, Count).Select(Read).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override bool Equals(object? obj) => obj is TensorAccessor<T> other && this == other;

    public override int GetHashCode() => ((nint)_data).GetHashCode();

    /// <summary>Whether both hold the same elements in the same shape.</summary>
    public static bool operator ==(TensorAccessor<T>? left, TensorAccessor<T>? right)
    {
        if (ReferenceEquals(left, right)) return true;
        return left is not null && right is not null && left._sizes.AsSpan().SequenceEqual(right._sizes) && left.SequenceEqual(right);
    }

    public static bool operator !=(TensorAccessor<T>? left, TensorAccessor<T>? right) => !(left == right);

    /// <summary>Nothing is held beyond the tensor, which stays the caller's.</summary>
    public void Dispose() { }

    /// <summary>The elements in one run of memory; only for contiguous tensors of up to 2^31 elements.</summary>
    internal Span<T> AsSpan() => _contiguous
        ? new(Data, checked((int)Count))
        : throw new InvalidOperationException("A span is taken of contiguous tensors only; this one is strided.");

    private T Read(long offset) => Data[offset];

    private long Offset(long[] indices)
    {
        if (indices.Length == 1 && _sizes.Length != 1) return OffsetOf(indices[0]);
        if (indices.Length != _sizes.Length) throw new ArgumentException($"{indices.Length} indices were given for a tensor of {_sizes.Length} dimensions.");
        long offset = 0;
        for (int i = 0; i < indices.Length; i++)
        {
            if ((ulong)indices[i] >= (ulong)_sizes[i]) throw new IndexOutOfRangeException($"Index {indices[i]} is outside dimension {i}, which has {_sizes[i]} elements.");
            offset += indices[i] * _strides[i];
        }
        return offset;
    }

    private long OffsetOf(long index)
    {
        if ((ulong)index >= (ulong)Count) throw new IndexOutOfRangeException($"Index {index} is outside a tensor of {Count} elements.");
        if (_contiguous) return index;
        long offset = 0;
        for (int i = _sizes.Length - 1; i >= 0; i--)
        {
            offset += index % _sizes[i] * _strides[i];
            index /= _sizes[i];
        }
        return offset;
    }

    private IEnumerable<long> Offsets(long first, long count)
    {
        for (long i = first; i < first + count; i++) yield return OffsetOf(i);
    }
}
