using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace QDrop.Kernels;

/// <summary>
/// Shares of a row that add up to 1, eᶻ / Σ eᶻ for z = x · scale + mask, as float32 or as codes. Every instruction set
/// gives the same bytes.
/// </summary>
internal static unsafe class SoftmaxKernel
{
    /// <summary>The most lanes of a vector.</summary>
    private const int MostLanes = 16;

    /// <summary>Rows that are computed step by step together: a step of one does not wait for the one before.</summary>
    private const int MostRows = 8;

    /// <summary>Elements that stay in the first cache.</summary>
    private const int MostElements = 2048;

    /// <summary>How many rows are computed at once.</summary>
    /// <param name="length">Elements of a row.</param>
    public static int RowsAtOnce(int length) => Math.Clamp(MostElements / Math.Max(length, 1), 1, MostRows);

    /// <summary>Bytes that rows take while they are computed.</summary>
    /// <param name="length">Elements of a row.</param>
    public static int ScratchBytes(int length) => checked(RowsAtOnce(length) * Padded(length) * sizeof(float));

    /// <summary>Computes some rows.</summary>
    /// <param name="x">The rows.</param>
    /// <param name="mask">What is added; null for nothing.</param>
    /// <param name="masks">For each row, where what is added to it begins; one for each row.</param>
    /// <param name="scale">What elements are multiplied by.</param>
    /// <param name="length">Elements of a row.</param>
    /// <param name="values">Receives the shares; null for codes alone.</param>
    /// <param name="codes">Receives their codes; null for none.</param>
    /// <param name="grid">The grid of the codes.</param>
    /// <param name="scratch">Memory of <see cref="ScratchBytes"/> bytes.</param>
    /// <param name="set">What it is computed with; null for the fastest.</param>
    public static void Rows(
        float* x,
        float* mask,
        ReadOnlySpan<int> masks,
        float scale,
        int length,
        float* values,
        byte* codes,
        CodeGrid grid,
        float* scratch,
        InstructionSet? set = null)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(masks.Length, RowsAtOnce(length));
        switch (set ?? InstructionSets.Best)
        {
            case InstructionSet.Avx512:
                Rows<Lanes512, Vector512<float>, Vector512<int>>(
                    x, mask, masks, scale, length, values, codes, grid, scratch);
                break;
            case InstructionSet.Avx2 or InstructionSet.AvxVnni:
                Rows<Lanes256, Vector256<float>, Vector256<int>>(
                    x, mask, masks, scale, length, values, codes, grid, scratch);
                break;
            default:
                Rows<Lanes128, Vector128<float>, Vector128<int>>(
                    x, mask, masks, scale, length, values, codes, grid, scratch);
                break;
        }
    }

    private static int Padded(int length) => checked((length + MostLanes - 1) / MostLanes * MostLanes);

    private static void Rows<TLanes, TFloat, TInt>(
        float* x,
        float* mask,
        ReadOnlySpan<int> masks,
        float scale,
        int length,
        float* values,
        byte* codes,
        CodeGrid grid,
        float* scratch)
        where TLanes : struct, ILanes<TFloat, TInt>
        where TFloat : struct
        where TInt : struct
    {
        float* numbers = stackalloc float[MostRows];
        nint padded = Padded(length);
        for (int row = 0; row < masks.Length; row++)
        {
            numbers[row] = Prepare<TLanes, TFloat, TInt>(
                x + ((nint)row * length), mask is null ? null : mask + masks[row], scale, length,
                scratch + (row * padded));
        }
        for (int row = 0; row < masks.Length; row++)
            Raise<TLanes, TFloat, TInt>(scratch + (row * padded), (int)padded, numbers[row]);
        for (int row = 0; row < masks.Length; row++)
            numbers[row] = 1 / Dot.Sum(new ReadOnlySpan<float>(scratch + (row * padded), (int)padded));
        for (int row = 0; row < masks.Length; row++)
        {
            nint start = (nint)row * length;
            if (codes is null)
            {
                Finish<TLanes, TFloat, TInt>(scratch + (row * padded), numbers[row], values + start, length);
            }
            else
            {
                Finish<TLanes, TFloat, TInt>(scratch + (row * padded), numbers[row], codes + start, length, grid);
            }
        }
    }

    /// <summary>Writes z, with −∞ behind it, whose power is 0.</summary>
    /// <returns>The greatest z.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Prepare<TLanes, TFloat, TInt>(float* x, float* mask, float scale, int length, float* z)
        where TLanes : struct, ILanes<TFloat, TInt>
        where TFloat : struct
        where TInt : struct
    {
        TFloat scales = TLanes.Broadcast(scale), one = TLanes.Broadcast(float.NegativeInfinity), other = one;
        int i = 0;
        for (; i <= length - TLanes.Count; i += TLanes.Count)
        {
            TFloat value = TLanes.Load(x + i);
            value = mask is null
                ? TLanes.Multiply(value, scales)
                : TLanes.FusedMultiplyAdd(value, scales, TLanes.Load(mask + i));
            TLanes.Store(value, z + i);
            (one, other) = (other, TLanes.FastAtLeast(value, one));
        }
        int padded = Padded(length);
        if (i < length)
        {
            for (; i < length; i++)
                z[i] = mask is null ? x[i] * scale : MathF.FusedMultiplyAdd(x[i], scale, mask[i]);
            new Span<float>(z + length, padded - length).Fill(float.NegativeInfinity);
            for (i = padded - MostLanes; i < padded; i += TLanes.Count)
                one = TLanes.FastAtLeast(TLanes.Load(z + i), one);
        }
        else
        {
            new Span<float>(z + length, padded - length).Fill(float.NegativeInfinity);
        }
        var lanes = Vector512.Create(float.NegativeInfinity);
        TLanes.Store(TLanes.FastAtLeast(one, other), (float*)&lanes);
        var eight = Vector256.MaxNative(lanes.GetLower(), lanes.GetUpper());
        var four = Vector128.MaxNative(eight.GetLower(), eight.GetUpper());
        return MathF.Max(MathF.Max(four[0], four[1]), MathF.Max(four[2], four[3]));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Raise<TLanes, TFloat, TInt>(float* z, int padded, float most)
        where TLanes : struct, ILanes<TFloat, TInt>
        where TFloat : struct
        where TInt : struct
    {
        TFloat greatest = TLanes.Broadcast(most);
        for (int i = 0; i < padded; i += TLanes.Count)
        {
            TFloat own = TLanes.Subtract(TLanes.Load(z + i), greatest);
            TLanes.Store(FloatFunctions.Exp<TLanes, TFloat, TInt>(own), z + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Finish<TLanes, TFloat, TInt>(float* powers, float factor, float* values, int length)
        where TLanes : struct, ILanes<TFloat, TInt>
        where TFloat : struct
        where TInt : struct
    {
        TFloat factors = TLanes.Broadcast(factor);
        int i = 0;
        for (; i <= length - TLanes.Count; i += TLanes.Count)
            TLanes.Store(TLanes.Multiply(TLanes.Load(powers + i), factors), values + i);
        for (; i < length; i++)
            values[i] = powers[i] * factor;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Finish<TLanes, TFloat, TInt>(
        float* powers, float factor, byte* codes, int length, CodeGrid grid)
        where TLanes : struct, ILanes<TFloat, TInt>
        where TFloat : struct
        where TInt : struct
    {
        var quantizer = new LaneQuantizer<TLanes, TFloat, TInt>(grid);
        TFloat factors = TLanes.Broadcast(factor / grid.Scale);
        int i = 0;
        for (; i <= length - TLanes.Count; i += TLanes.Count)
            TLanes.Store(quantizer.Round(TLanes.Multiply(TLanes.Load(powers + i), factors)), codes + i);
        if (i == length)
            return;
        TLanes.Store(quantizer.Round(TLanes.Multiply(TLanes.Load(powers + i), factors)), (byte*)powers);
        for (int k = 0; i + k < length; k++)
            codes[i + k] = ((byte*)powers)[k];
    }
}
