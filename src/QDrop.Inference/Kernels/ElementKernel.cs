using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace QDrop.Kernels;

/// <summary>What is computed element by element, with any instruction set and the same bits.</summary>
internal static unsafe class ElementKernel
{
    /// <summary>The most lanes of a vector.</summary>
    private const int MostLanes = 16;

    /// <summary>Applies a function.</summary>
    /// <typeparam name="TFunction">The function.</typeparam>
    /// <param name="x">The arguments.</param>
    /// <param name="y">Receives the results; may be the same memory.</param>
    /// <param name="set">What it is computed with; null for the fastest.</param>
    public static void Map<TFunction>(ReadOnlySpan<float> x, Span<float> y, InstructionSet? set = null)
        where TFunction : struct, IFloatFunction
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(y.Length, x.Length);
        fixed (float* from = x)
        fixed (float* to = y)
        {
            switch (set ?? InstructionSets.Best)
            {
                case InstructionSet.Avx512:
                    Map<TFunction, Lanes512, Vector512<float>, Vector512<int>>(from, to, x.Length);
                    break;
                case InstructionSet.Avx2 or InstructionSet.AvxVnni:
                    Map<TFunction, Lanes256, Vector256<float>, Vector256<int>>(from, to, x.Length);
                    break;
                default:
                    Map<TFunction, Lanes128, Vector128<float>, Vector128<int>>(from, to, x.Length);
                    break;
            }
        }
    }

    /// <summary>Codes of values: <c>clamp(round(x / scale) + zero, 0, top)</c>; NaN becomes 0.</summary>
    /// <param name="x">The values.</param>
    /// <param name="codes">Receives the codes.</param>
    /// <param name="grid">The grid.</param>
    /// <param name="set">What it is computed with; null for the fastest.</param>
    public static void Quantize(ReadOnlySpan<float> x, Span<byte> codes, CodeGrid grid, InstructionSet? set = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(codes.Length, x.Length);
        fixed (float* from = x)
        fixed (byte* to = codes)
        {
            switch (set ?? InstructionSets.Best)
            {
                case InstructionSet.Avx512:
                    Quantize<Lanes512, Vector512<float>, Vector512<int>>(from, to, x.Length, grid);
                    break;
                case InstructionSet.Avx2 or InstructionSet.AvxVnni:
                    Quantize<Lanes256, Vector256<float>, Vector256<int>>(from, to, x.Length, grid);
                    break;
                default:
                    Quantize<Lanes128, Vector128<float>, Vector128<int>>(from, to, x.Length, grid);
                    break;
            }
        }
    }

    /// <summary>The values of codes: <c>(code − zero) · scale</c>.</summary>
    /// <param name="codes">The codes.</param>
    /// <param name="y">Receives the values.</param>
    /// <param name="grid">The grid.</param>
    /// <param name="set">What it is computed with; null for the fastest.</param>
    public static void Dequantize(ReadOnlySpan<byte> codes, Span<float> y, CodeGrid grid, InstructionSet? set = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(y.Length, codes.Length);
        fixed (byte* from = codes)
        fixed (float* to = y)
        {
            switch (set ?? InstructionSets.Best)
            {
                case InstructionSet.Avx512:
                    Dequantize<Lanes512, Vector512<float>, Vector512<int>>(from, null, to, codes.Length, grid, grid);
                    break;
                case InstructionSet.Avx2 or InstructionSet.AvxVnni:
                    Dequantize<Lanes256, Vector256<float>, Vector256<int>>(from, null, to, codes.Length, grid, grid);
                    break;
                default:
                    Dequantize<Lanes128, Vector128<float>, Vector128<int>>(from, null, to, codes.Length, grid, grid);
                    break;
            }
        }
    }

    /// <summary>Sums of the values of codes on two grids.</summary>
    /// <param name="one">Codes.</param>
    /// <param name="other">As many codes.</param>
    /// <param name="y">Receives the sums.</param>
    /// <param name="oneGrid">The grid of the first ones.</param>
    /// <param name="otherGrid">The grid of the others.</param>
    /// <param name="set">What it is computed with; null for the fastest.</param>
    public static void Add(
        ReadOnlySpan<byte> one,
        ReadOnlySpan<byte> other,
        Span<float> y,
        CodeGrid oneGrid,
        CodeGrid otherGrid,
        InstructionSet? set = null)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(other.Length, one.Length);
        ArgumentOutOfRangeException.ThrowIfLessThan(y.Length, one.Length);
        fixed (byte* a = one)
        fixed (byte* b = other)
        fixed (float* to = y)
        {
            switch (set ?? InstructionSets.Best)
            {
                case InstructionSet.Avx512:
                    Dequantize<Lanes512, Vector512<float>, Vector512<int>>(a, b, to, one.Length, oneGrid, otherGrid);
                    break;
                case InstructionSet.Avx2 or InstructionSet.AvxVnni:
                    Dequantize<Lanes256, Vector256<float>, Vector256<int>>(a, b, to, one.Length, oneGrid, otherGrid);
                    break;
                default:
                    Dequantize<Lanes128, Vector128<float>, Vector128<int>>(a, b, to, one.Length, oneGrid, otherGrid);
                    break;
            }
        }
    }

    /// <summary>Sums of bytes over rows, for each of some columns.</summary>
    /// <param name="bytes">The bytes as [row, column], from the first of the columns.</param>
    /// <param name="stride">Bytes from one row to the next.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="sums">Receives the sums, one for each column.</param>
    public static void SumRows(ReadOnlySpan<byte> bytes, int stride, int rows, Span<int> sums)
    {
        int columns = sums.Length;
        ArgumentOutOfRangeException.ThrowIfLessThan(bytes.Length, ((rows - 1) * stride) + columns);
        fixed (byte* from = bytes)
        fixed (int* to = sums)
        {
            int c = 0;
            for (; c <= columns - MostLanes; c += MostLanes)
            {
                // Whole numbers: their sums are the same in any order.
                Vector512<int> sum = Vector512<int>.Zero;
                for (int row = 0; row < rows; row++)
                {
                    (Vector128<ushort> low, Vector128<ushort> high) =
                        Vector128.Widen(Vector128.Load(from + ((nint)row * stride) + c));
                    (Vector256<uint> lower, Vector256<uint> upper) = Vector256.Widen(Vector256.Create(low, high));
                    sum += Vector512.Create(lower, upper).AsInt32();
                }
                sum.Store(to + c);
            }
            for (; c < columns; c++)
            {
                int sum = 0;
                for (int row = 0; row < rows; row++)
                    sum += from[((nint)row * stride) + c];
                to[c] = sum;
            }
        }
    }

    /// <summary>Replaces each byte by the greater one of two.</summary>
    /// <param name="own">Bytes, which receive the greater ones.</param>
    /// <param name="other">As many bytes.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Max(Span<byte> own, ReadOnlySpan<byte> other)
    {
        ref byte x = ref MemoryMarshal.GetReference(own), y = ref MemoryMarshal.GetReference(other);
        nuint i = 0, length = (nuint)Math.Min(own.Length, other.Length);
        if (Vector512.IsHardwareAccelerated)
        {
            for (; i + (nuint)Vector512<byte>.Count <= length; i += (nuint)Vector512<byte>.Count)
                Vector512.Max(Vector512.LoadUnsafe(ref x, i), Vector512.LoadUnsafe(ref y, i)).StoreUnsafe(ref x, i);
        }
        for (; i + (nuint)Vector128<byte>.Count <= length; i += (nuint)Vector128<byte>.Count)
            Vector128.Max(Vector128.LoadUnsafe(ref x, i), Vector128.LoadUnsafe(ref y, i)).StoreUnsafe(ref x, i);
        for (; i < length; i++)
            Unsafe.Add(ref x, i) = Math.Max(Unsafe.Add(ref x, i), Unsafe.Add(ref y, i));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Map<TFunction, TLanes, TFloat, TInt>(float* x, float* y, int count)
        where TFunction : struct, IFloatFunction
        where TLanes : struct, ILanes<TFloat, TInt>
        where TFloat : struct
        where TInt : struct
    {
        int i = 0;
        for (; i <= count - TLanes.Count; i += TLanes.Count)
            TLanes.Store(TFunction.Of<TLanes, TFloat, TInt>(TLanes.Load(x + i)), y + i);
        if (i == count)
            return;
        float* last = stackalloc float[MostLanes];
        for (int k = 0; k < MostLanes; k++)
            last[k] = i + k < count ? x[i + k] : 0;
        TLanes.Store(TFunction.Of<TLanes, TFloat, TInt>(TLanes.Load(last)), last);
        for (int k = 0; i + k < count; k++)
            y[i + k] = last[k];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Quantize<TLanes, TFloat, TInt>(float* x, byte* codes, int count, CodeGrid grid)
        where TLanes : struct, ILanes<TFloat, TInt>
        where TFloat : struct
        where TInt : struct
    {
        var quantizer = new LaneQuantizer<TLanes, TFloat, TInt>(grid);
        int i = 0;
        for (; i <= count - TLanes.Count; i += TLanes.Count)
            TLanes.Store(quantizer.Code(TLanes.Load(x + i)), codes + i);
        if (i == count)
            return;
        float* last = stackalloc float[MostLanes];
        byte* lastCodes = stackalloc byte[MostLanes];
        for (int k = 0; k < MostLanes; k++)
            last[k] = i + k < count ? x[i + k] : 0;
        TLanes.Store(quantizer.Code(TLanes.Load(last)), lastCodes);
        for (int k = 0; i + k < count; k++)
            codes[i + k] = lastCodes[k];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Dequantize<TLanes, TFloat, TInt>(
        byte* a, byte* b, float* y, int count, CodeGrid aGrid, CodeGrid bGrid)
        where TLanes : struct, ILanes<TFloat, TInt>
        where TFloat : struct
        where TInt : struct
    {
        TFloat aScale = TLanes.Broadcast(aGrid.Scale), bScale = TLanes.Broadcast(bGrid.Scale);
        TInt aZero = TLanes.Broadcast(aGrid.ZeroPoint), bZero = TLanes.Broadcast(bGrid.ZeroPoint);
        int i = 0;
        for (; i <= count - TLanes.Count; i += TLanes.Count)
        {
            TFloat value = TLanes.Multiply(
                TLanes.ToFloat(TLanes.Subtract(TLanes.Load(a + i), aZero)), aScale);
            if (b is not null)
            {
                value = TLanes.Add(
                    value,
                    TLanes.Multiply(TLanes.ToFloat(TLanes.Subtract(TLanes.Load(b + i), bZero)), bScale));
            }
            TLanes.Store(value, y + i);
        }
        for (; i < count; i++)
        {
            float value = (a[i] - aGrid.ZeroPoint) * aGrid.Scale;
            y[i] = b is null ? value : value + ((b[i] - bGrid.ZeroPoint) * bGrid.Scale);
        }
    }
}
