using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace QDrop.Kernels;

/// <summary>
/// A product of two matrices of codes, both of which are known only when it is computed: sums of
/// (code − zero point) · (code − zero point), which are exact. Words of 16 bits are multiplied.
/// </summary>
internal sealed unsafe class CodeProduct
{
    private const int Line = 64;

    private readonly ConvolutionPlan _plan;
    private readonly Epilogue _epilogue;
    private readonly PinnedBuffer _runs;
    private readonly int _inner;
    private readonly int _pairs;
    private readonly int _columns;
    private readonly byte _zeroPoint;
    private readonly byte _otherZeroPoint;
    private readonly bool _isTransposed;
    private readonly InstructionSet _set;

    /// <summary>A product.</summary>
    /// <param name="rows">Rows of the first matrix, and of the product.</param>
    /// <param name="inner">Columns of the first matrix, and rows of the second one.</param>
    /// <param name="columns">Columns of the second matrix, and of the product.</param>
    /// <param name="zeroPoint">Code of the first matrix that stands for 0.</param>
    /// <param name="otherZeroPoint">Code of the second matrix that stands for 0.</param>
    /// <param name="isTransposed">Whether the second matrix lies as [columns, inner].</param>
    /// <param name="epilogue">What becomes of sums.</param>
    /// <param name="set">What it is computed with; null for the fastest.</param>
    public CodeProduct(
        int rows,
        int inner,
        int columns,
        byte zeroPoint,
        byte otherZeroPoint,
        bool isTransposed,
        Epilogue epilogue,
        InstructionSet? set = null)
    {
        if (!Fits(inner))
            throw new ArgumentException($"Sums of {inner} products can exceed 32 bits.", nameof(inner));
        epilogue.Check(columns, hasResidual: false);
        _plan = new ConvolutionPlan(
            ConvolutionGeometry.Linear(rows, inner, columns), sizeof(ushort), convertsInput: true, isDepthwise: false);
        (_inner, _columns, _isTransposed) = (inner, columns, isTransposed);
        (_zeroPoint, _otherZeroPoint) = (zeroPoint, otherZeroPoint);
        _pairs = (inner + 1) / 2;
        _epilogue = epilogue;
        _set = set ?? InstructionSets.Best;
        if (!InstructionSets.IsSupported(_set))
            throw new PlatformNotSupportedException($"This processor does not have {_set}.");
        // Sums of 32 bits need not be widened.
        KernelRun[] runs = [.. _plan.Segments];
        runs[^1] = runs[^1] with { Flush = KernelFlush.Store };
        _runs = PinnedBuffer.Of<KernelRun>(runs, 0);
        CopyBytes = (_plan.ScratchBytes + Line - 1) / Line * Line;
        OffsetBytes = checked((nint)_plan.Blocks * DotKernel.Channels * sizeof(int));
        PackedBytes = checked(OffsetBytes + ((nint)_plan.Blocks * BlockBytes));
        // One block is widened before its columns become rows.
        PackScratchBytes = isTransposed ? checked((nint)DotKernel.Channels * _pairs * sizeof(int)) : 0;
    }

    /// <summary>Whether sums of so many products fit into 32 bits.</summary>
    public static bool Fits(int inner) => (long)inner * byte.MaxValue * byte.MaxValue <= int.MaxValue;

    /// <summary>Number of its tiles.</summary>
    public int TileCount => _plan.TileCount;

    /// <summary>Bytes of the copy of the first matrix.</summary>
    public nint CopyBytes { get; }

    /// <summary>Bytes of the packed second matrix.</summary>
    public nint PackedBytes { get; }

    /// <summary>Bytes that <see cref="Pack"/> needs meanwhile.</summary>
    public nint PackScratchBytes { get; }

    private nint OffsetBytes { get; }

    private int BlockBytes => checked(_pairs * DotKernel.Channels * sizeof(int));

    /// <summary>Makes words of the first matrix.</summary>
    /// <param name="matrix">Its codes.</param>
    /// <param name="copy">Receives the words.</param>
    public void Prepare(byte* matrix, void* copy) => _plan.Prepare(matrix, (ushort*)copy, _zeroPoint, 0, _plan.Rows);

    /// <summary>Brings the second matrix into the order that kernels read.</summary>
    /// <param name="matrix">Its codes.</param>
    /// <param name="packed">Receives offsets, and words as [block, pair, 16 columns, 2].</param>
    /// <param name="scratch">Memory of <see cref="PackScratchBytes"/> bytes.</param>
    public void Pack(byte* matrix, void* packed, void* scratch)
    {
        int* offsets = (int*)packed;
        for (int block = 0; block < _plan.Blocks; block++)
        {
            int first = block * DotKernel.Channels;
            int count = Math.Min(DotKernel.Channels, _columns - first);
            short* target = (short*)((byte*)packed + OffsetBytes + ((nint)block * BlockBytes));
            if (count < DotKernel.Channels || _inner % 2 != 0)
                new Span<byte>(target, BlockBytes).Clear();
            if (_isTransposed)
                PackTransposed(matrix + ((nint)first * _inner), target, count, (short*)scratch);
            else
                PackRows(matrix + first, target, count);
            SumColumns((int*)target, offsets + first);
        }
    }

    /// <summary>Computes some tiles. Any may be computed at the same time on other threads.</summary>
    /// <param name="copy">The first matrix, from <see cref="Prepare"/>.</param>
    /// <param name="packed">The second one, from <see cref="Pack"/>.</param>
    /// <param name="product">Receives the product, codes or float32.</param>
    /// <param name="firstTile">Index of the first tile.</param>
    /// <param name="lastTile">Index behind the last tile.</param>
    public void Run(void* copy, void* packed, void* product, int firstTile, int lastTile)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(firstTile);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(lastTile, TileCount);
        EpilogueAddresses addresses = _epilogue.At(product, null);
        addresses.Offsets = (int*)packed;
        addresses.IsCutAtZero = false;
        byte* words = (byte*)packed + OffsetBytes;
        switch (_set)
        {
            case InstructionSet.Avx512:
                Run<DotTile512<Avx512Words>, CodeEpilogue512, Lanes512, Vector512<float>, Vector512<int>>(
                    copy, words, addresses, firstTile, lastTile);
                break;
            case InstructionSet.AvxVnni:
                Run<DotTile<VnniWords, Vector256<int>>, CodeEpilogue256, Lanes256, Vector256<float>, Vector256<int>>(
                    copy, words, addresses, firstTile, lastTile);
                break;
            case InstructionSet.Avx2:
                Run<DotTile<Avx2Words, Vector256<int>>, CodeEpilogue256, Lanes256, Vector256<float>, Vector256<int>>(
                    copy, words, addresses, firstTile, lastTile);
                break;
            default:
                Run<DotTile<PortableWords, Vector128<int>>, NoCodeEpilogue, Lanes128, Vector128<float>, Vector128<int>>(
                    copy, words, addresses, firstTile, lastTile);
                break;
        }
        GC.KeepAlive(this);
    }

    private void Run<TKernel, TCodes, TLanes, TFloat, TInt>(
        void* copy, byte* words, EpilogueAddresses epilogue, int first, int last)
        where TKernel : struct, ITileKernel
        where TCodes : struct, ICodeEpilogue
        where TLanes : struct, ILanes<TFloat, TInt>
        where TFloat : struct
        where TInt : struct =>
        TileLoop.Run<TKernel, TCodes, TLanes, TFloat, TInt>(
            _plan, (byte*)copy, words, BlockBytes, (KernelRun*)_runs.Pointer, _plan.Segments.Count, epilogue, first,
            last);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void PackRows(byte* from, short* to, int count)
    {
        int k = 0;
        if (Avx2.IsSupported && count == DotKernel.Channels)
        {
            var zero = Vector256.Create((short)_otherZeroPoint);
            for (; k <= _inner - 2; k += 2)
            {
                var one = Vector128.Load(from);
                var other = Vector128.Load(from + _columns);
                (Avx2.ConvertToVector256Int16(Sse2.UnpackLow(one, other)) - zero).Store(to);
                (Avx2.ConvertToVector256Int16(Sse2.UnpackHigh(one, other)) - zero).Store(to + 16);
                from += 2 * (nint)_columns;
                to += 2 * DotKernel.Channels;
            }
        }
        for (; k < _inner; k++)
        {
            for (int c = 0; c < count; c++)
                to[(2 * c) + (k & 1)] = (short)(from[c] - _otherZeroPoint);
            from += _columns;
            to += (k & 1) * 2 * DotKernel.Channels;
        }
    }

    private void PackTransposed(byte* from, short* to, int count, short* words)
    {
        if (_inner % 2 != 0)
            new Span<short>(words, count * 2 * _pairs).Clear();
        for (int c = 0; c < count; c++)
            Widen(from + ((nint)c * _inner), words + ((nint)c * 2 * _pairs));
        Transposition.ToColumns((float*)words, _pairs, (float*)to, count, _pairs);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Widen(byte* from, short* to)
    {
        int k = 0;
        var zero = Vector128.Create((ushort)_otherZeroPoint);
        for (; k <= _inner - Vector128<byte>.Count; k += Vector128<byte>.Count)
        {
            (Vector128<ushort> low, Vector128<ushort> high) = Vector128.Widen(Vector128.Load(from + k));
            (low - zero).AsInt16().Store(to + k);
            (high - zero).AsInt16().Store(to + k + 8);
        }
        for (; k < _inner; k++)
            to[k] = (short)(from[k] - _otherZeroPoint);
    }

    /// <summary>What is added to the sums of each column: its own sum times the first matrix's zero point.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SumColumns(int* words, int* offsets)
    {
        if (_zeroPoint == 0)
        {
            new Span<int>(offsets, DotKernel.Channels).Clear();
            return;
        }
        for (int half = 0; half < DotKernel.Channels; half += Vector256<int>.Count)
        {
            Vector256<int> sum = Vector256<int>.Zero;
            for (int pair = 0; pair < _pairs; pair++)
            {
                var both = Vector256.Load(words + ((nint)pair * DotKernel.Channels) + half);
                sum += ((both << 16) >> 16) + (both >> 16);
            }
            (sum * -_zeroPoint).Store(offsets + half);
        }
    }
}
