using System.Runtime.CompilerServices;
using QDrop.Native;
using static TorchSharp.torch;

namespace QDrop.Calibration.Inputs;

/// <summary>Rows of a cached tensor <c>[N, …]</c>, read where they lie. The tensor must outlive the store.</summary>
internal sealed unsafe class RowStore
{
    private readonly float* _first;

    /// <summary>Looks at a dense float32 tensor.</summary>
    public RowStore(Tensor dense)
    {
        Tensor = dense;
        Count = dense.shape[0];
        Length = Count == 0 ? 0 : dense.NumberOfElements / Count;
        // Only one row's address is asked for: a cache may be longer than a span can be.
        using IDisposable _ = no_grad();
        using Tensor row = dense.narrow(0, 0, Math.Min(1, Count));
        _first = DenseMemory.Floats(row);
    }

    /// <summary>The tensor.</summary>
    public Tensor Tensor { get; }

    /// <summary>Number of rows.</summary>
    public long Count { get; }

    /// <summary>Elements of a row.</summary>
    public long Length { get; }

    /// <summary>The first element of a row.</summary>
    public float* this[long row] => _first + row * Length;

    /// <summary>A new tensor for a batch of such rows, in the same memory order.</summary>
    public Tensor EmptyBatch(int rows)
    {
        (long[]? shape, long[]? stride) = (Tensor.shape, Tensor.stride());
        shape[0] = rows;
        stride[0] = Length;
        return empty_strided(shape, stride);
    }

    /// <summary>Copies part of a row.</summary>
    public void Copy(long row, long start, int count, float* to) =>
        Unsafe.CopyBlock(to, this[row] + start, (uint)count * sizeof(float));
}
