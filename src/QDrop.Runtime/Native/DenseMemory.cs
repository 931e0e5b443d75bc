using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace QDrop.Native;

/// <summary>
/// Direct access to the elements of float tensors in main memory. A tensor is dense here if its elements fill memory
/// without gaps in row-major order or, with three to five dimensions, in channels_last order (<c>[N, H, W, C]</c> in
/// memory).
/// </summary>
internal static unsafe class DenseMemory
{
    /// <summary>Whether the elements fill memory without gaps in one of the two orders.</summary>
    public static bool IsDense(Tensor tensor) =>
        tensor.is_contiguous() || IsChannelsLast(tensor.shape, tensor.stride());

    /// <summary>The tensor itself if it is dense, otherwise a row-major copy.</summary>
    public static Tensor ToDense(Tensor tensor) => IsDense(tensor) ? tensor : tensor.contiguous();

    /// <summary>A new tensor of the same shape and memory order; its elements are not set.</summary>
    public static Tensor EmptyLike(Tensor dense) => empty_strided(dense.shape, dense.stride(), dense.dtype);

    /// <summary>
    /// The tensor itself if its elements lie in memory as those of <paramref name="model"/>, otherwise a copy that
    /// does.
    /// </summary>
    public static Tensor InOrderOf(Tensor tensor, Tensor model)
    {
        if (SameOrder(tensor, model))
            return tensor;
        Tensor copy = EmptyLike(model);
        copy.copy_(tensor);
        return copy;
    }

    /// <summary>
    /// Whether both, of equal shape but possibly different counts of rows, keep their elements in the same order.
    /// </summary>
    public static bool SameOrder(Tensor left, Tensor right)
    {
        if (left.dim() != right.dim())
            return false;
        long[] shape = left.shape, leftStride = left.stride(), rightStride = right.stride();
        for (int d = 0; d < shape.Length; d++)
        {
            // A dimension of one element has no influence on the order, whatever its stride says.
            if (leftStride[d] != rightStride[d] && shape[d] != 1)
                return false;
        }
        return true;
    }

    /// <summary>
    /// The first of the elements of a dense float32 tensor. The pointer is valid as long as the tensor's storage lives.
    /// </summary>
    /// <exception cref="ArgumentException">The tensor is not float32 or not dense.</exception>
    public static float* Floats(Tensor dense)
    {
        if (dense.dtype != ScalarType.Float32)
            throw new ArgumentException(
                $"A tensor of type {dense.dtype} cannot be quantized: expected float32.", nameof(dense));
        return (float*)First(dense);
    }

    /// <summary>Where the elements of a dense tensor begin, whatever their type.</summary>
    public static nint Address(Tensor dense) => (nint)First(dense);

    /// <summary>The elements of a dense float32 tensor, in the order of memory.</summary>
    public static Span<float> Values(Tensor dense) => new(Floats(dense), checked((int)dense.NumberOfElements));

    /// <summary>A copy of the elements of a dense float32 tensor, in the order of memory.</summary>
    public static float[] ToArray(Tensor dense)
    {
        float[] values = Values(dense).ToArray();
        GC.KeepAlive(dense);
        return values;
    }

    private static void* First(Tensor dense)
    {
        // Of one element: a span cannot be as long as a tensor.
        if (dense.numel() > int.MaxValue / sizeof(double))
        {
            using Tensor whole = dense.detach();
            using Tensor one = whole.as_strided([1], [1]);
            return AddressOf(one.bytes);
        }
        if (dense.is_contiguous())
            return AddressOf(dense.bytes);
        long[] shape = dense.shape;
        if (!IsChannelsLast(shape, dense.stride()))
            throw new ArgumentException("The tensor's elements do not fill memory without gaps.", nameof(dense));
        using Tensor rowMajor = dense.detach();
        using Tensor view = rowMajor.permute(ChannelsLastOrder(shape.Length));
        return AddressOf(view.bytes);
    }

    private static void* AddressOf(Span<byte> bytes) => Unsafe.AsPointer(ref MemoryMarshal.GetReference(bytes));

    private static long[] ChannelsLastOrder(int dimensions)
    {
        long[] order = new long[dimensions];
        for (int d = 1; d < dimensions - 1; d++)
            order[d] = d + 1;
        order[^1] = 1;
        return order;
    }

    private static bool IsChannelsLast(long[] shape, long[] stride)
    {
        if (shape.Length is < 3 or > 5)
            return false;
        long expected = shape[1];
        if (stride[1] != 1 && shape[1] != 1)
            return false;
        for (int d = shape.Length - 1; d >= 0; d--)
        {
            if (d == 1)
                continue;
            if (stride[d] != expected && shape[d] != 1)
                return false;
            expected *= shape[d];
        }
        return true;
    }
}
