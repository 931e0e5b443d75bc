using System.Runtime.Intrinsics;

namespace QDrop.Kernels;

/// <summary>
/// A product of two matrices of float32, both of which are known only when it is computed. Each sum takes its products
/// in order with one rounding each, beginning at 0: every instruction set gives the same bytes.
/// </summary>
internal sealed unsafe class FloatProduct
{
    private readonly ConvolutionPlan _plan;
    private readonly Epilogue _epilogue;
    private readonly PinnedBuffer _runs;
    private readonly int _inner;
    private readonly int _columns;
    private readonly bool _isTransposed;
    private readonly InstructionSet _set;

    /// <summary>A product.</summary>
    /// <param name="rows">Rows of the first matrix, and of the product.</param>
    /// <param name="inner">Columns of the first matrix, and rows of the second one.</param>
    /// <param name="columns">Columns of the second matrix, and of the product.</param>
    /// <param name="isTransposed">Whether the second matrix lies as [columns, inner].</param>
    /// <param name="set">What it is computed with; null for the fastest.</param>
    public FloatProduct(int rows, int inner, int columns, bool isTransposed, InstructionSet? set = null)
    {
        _plan = new ConvolutionPlan(
            ConvolutionGeometry.Linear(rows, inner, columns), sizeof(float), convertsInput: false, isDepthwise: false);
        (_inner, _columns, _isTransposed) = (inner, columns, isTransposed);
        _set = set ?? InstructionSets.Best;
        if (!InstructionSets.IsSupported(_set))
            throw new PlatformNotSupportedException($"This processor does not have {_set}.");
        float[] ones = new float[columns];
        Array.Fill(ones, 1);
        _epilogue = new Epilogue(ones, []);
        _runs = PinnedBuffer.Of<KernelRun>([.. _plan.Segments], 0);
        PackedBytes = checked((nint)_plan.Blocks * BlockBytes);
    }

    /// <summary>Number of its tiles.</summary>
    public int TileCount => _plan.TileCount;

    /// <summary>Number of parts of the second matrix that are packed.</summary>
    public int BlockCount => _plan.Blocks;

    /// <summary>Bytes of the packed second matrix.</summary>
    public nint PackedBytes { get; }

    private int BlockBytes => checked(_inner * DotKernel.Channels * sizeof(float));

    /// <summary>Brings some blocks of 16 columns of the second matrix into the order that kernels read.</summary>
    /// <param name="matrix">The second matrix.</param>
    /// <param name="packed">Receives it as [block, inner, 16 columns]; aligned.</param>
    /// <param name="firstBlock">Index of the first block.</param>
    /// <param name="lastBlock">Index behind the last block.</param>
    public void Pack(float* matrix, float* packed, int firstBlock, int lastBlock)
    {
        for (int block = firstBlock; block < lastBlock; block++)
        {
            int first = block * DotKernel.Channels;
            int count = Math.Min(DotKernel.Channels, _columns - first);
            float* target = packed + ((nint)block * _inner * DotKernel.Channels);
            if (count < DotKernel.Channels)
                new Span<float>(target, _inner * DotKernel.Channels).Clear();
            if (_isTransposed)
                Transposition.ToColumns(matrix + ((nint)first * _inner), _inner, target, count, _inner);
            else
                PackRows(matrix + first, target, count);
        }
    }

    /// <summary>Computes some tiles. Any may be computed at the same time on other threads.</summary>
    /// <param name="matrix">The first matrix.</param>
    /// <param name="packed">The second one, which <see cref="Pack"/> has packed.</param>
    /// <param name="product">Receives the product.</param>
    /// <param name="firstTile">Index of the first tile.</param>
    /// <param name="lastTile">Index behind the last tile.</param>
    public void Run(float* matrix, float* packed, float* product, int firstTile, int lastTile)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(firstTile);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(lastTile, TileCount);
        switch (_set)
        {
            case InstructionSet.Avx512:
                Run<Lanes512, Vector512<float>, Vector512<int>>(matrix, packed, product, firstTile, lastTile);
                break;
            case InstructionSet.Avx2 or InstructionSet.AvxVnni:
                Run<Lanes256, Vector256<float>, Vector256<int>>(matrix, packed, product, firstTile, lastTile);
                break;
            default:
                Run<Lanes128, Vector128<float>, Vector128<int>>(matrix, packed, product, firstTile, lastTile);
                break;
        }
        GC.KeepAlive(this);
    }

    private void Run<TLanes, TFloat, TInt>(float* matrix, float* packed, float* product, int first, int last)
        where TLanes : struct, ILanes<TFloat, TInt>
        where TFloat : struct
        where TInt : struct =>
        TileLoop.Run<FloatTile<TLanes, TFloat, TInt>, NoCodeEpilogue, TLanes, TFloat, TInt>(
            _plan,
            (byte*)matrix,
            (byte*)packed,
            BlockBytes,
            (KernelRun*)_runs.Pointer,
            _plan.Segments.Count,
            _epilogue.At(product, null),
            first,
            last);

    private void PackRows(float* from, float* to, int count)
    {
        for (int k = 0; k < _inner; k++)
        {
            if (count == DotKernel.Channels)
            {
                Vector128.Load(from).Store(to);
                Vector128.Load(from + 4).Store(to + 4);
                Vector128.Load(from + 8).Store(to + 8);
                Vector128.Load(from + 12).Store(to + 12);
            }
            else
            {
                new ReadOnlySpan<float>(from, count).CopyTo(new Span<float>(to, count));
            }
            from += _columns;
            to += DotKernel.Channels;
        }
    }
}
