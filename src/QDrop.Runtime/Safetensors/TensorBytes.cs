using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Safetensors;

/// <summary>
/// Access to the memory of tensors, as bytes in row-major order, in pieces that a <see cref="Span{T}"/> can hold.
/// </summary>
internal static class TensorBytes
{
    /// <summary>
    /// Elements in one piece: at most 1 GiB of 8-byte elements, and a multiple of 8, as packing wants it.
    /// </summary>
    private const long PieceElements = 1L << 27;

    internal delegate void PieceAction(Span<byte> bytes);

    /// <summary>
    /// The tensor's values in contiguous main memory, without a gradient; the same memory where it is so already.
    /// </summary>
    internal static Tensor Dense(Tensor tensor)
    {
        using DisposeScope scope = NewDisposeScope();
        return tensor.detach().cpu().contiguous().MoveToOuterDisposeScope();
    }

    /// <summary>Hands the memory of a contiguous tensor to <paramref name="action"/>, piece by piece.</summary>
    internal static void ForEachPiece(Tensor dense, PieceAction action)
    {
        long count = dense.numel();
        if (count is > 0 and <= PieceElements)
        {
            action(dense.bytes);
        }
        else if (count > 0)
        {
            using Tensor flat = dense.view(-1);
            for (long start = 0; start < count; start += PieceElements)
            {
                using Tensor piece = flat.narrow(0, start, Math.Min(PieceElements, count - start));
                action(piece.bytes);
                GC.KeepAlive(piece);
            }
        }

        // The span does not keep the native memory alive; the tensor does.
        GC.KeepAlive(dense);
    }

    /// <summary>The values of a small tensor.</summary>
    internal static float[] ToFloats(Tensor tensor)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor dense = Dense(tensor.to_type(ScalarType.Float32));
        float[] values = new float[checked((int)dense.numel())];
        ForEachPiece(dense, bytes => bytes.CopyTo(MemoryMarshal.AsBytes(values.AsSpan())));
        return values;
    }

    /// <summary>A float32 tensor of shape <c>[values]</c>.</summary>
    internal static Tensor FromFloats(ReadOnlySpan<float> values)
    {
        Tensor result = empty([values.Length], ScalarType.Float32);
        if (values.Length > 0)
            MemoryMarshal.AsBytes(values).CopyTo(result.bytes);
        GC.KeepAlive(result);
        return result;
    }

    /// <summary>
    /// Index of the first element that is NaN, or infinite if <paramref name="infiniteToo"/>; -1 if there is none.
    /// </summary>
    /// <param name="float32">A contiguous float32 tensor.</param>
    /// <param name="infiniteToo">Whether infinite elements count.</param>
    internal static long FirstNotFinite(Tensor float32, bool infiniteToo = true)
    {
        long found = -1;
        long passed = 0;
        ForEachPiece(float32, bytes =>
        {
            Span<float> values = MemoryMarshal.Cast<byte, float>(bytes);
            for (int i = 0; i < values.Length && found < 0; i++)
            {
                if (infiniteToo ? !float.IsFinite(values[i]) : float.IsNaN(values[i]))
                    found = passed + i;
            }

            passed += values.Length;
        });
        return found;
    }
}
