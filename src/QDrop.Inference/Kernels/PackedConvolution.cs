using System.Runtime.Intrinsics;

namespace QDrop.Kernels;

/// <summary>
/// A convolution of codes by levels of weights, with sums that are exact: for each pixel p and channel c of the output,
/// Σ (code − input zero point) · (level − zero point of c). Its weights lie as its kernel reads them.
/// </summary>
internal sealed unsafe class PackedConvolution
{
    /// <summary>Bits of codes up to which sums of tables are looked up.</summary>
    private const int MostTableBits = 4;

    /// <summary>Steps between two times that sums are widened, from which tables pay.</summary>
    private const int LeastSteps = 8;

    /// <summary>Bytes of the tables that a tile reads, up to which they stay in the first cache.</summary>
    private const int MostTableBytes = 20 * 1024;

    private readonly ConvolutionPlan _plan;
    private readonly InstructionSet _set;
    private readonly ushort _inputZeroPoint;
    private readonly PinnedBuffer _weights;
    private readonly PinnedBuffer _runs;
    private readonly PinnedBuffer _offsets;
    private readonly bool _hasOffsets;
    private readonly PinnedBuffer? _corrections;
    private readonly PinnedBuffer? _taps;
    private readonly int _blockBytes;
    private readonly int _runCount;

    private PackedConvolution(
        ConvolutionGeometry geometry,
        ReadOnlySpan<byte> levels,
        ReadOnlySpan<byte> zeroPoints,
        int inputBits,
        byte inputZeroPoint,
        InstructionSet set,
        WeightFormat format)
    {
        Geometry = geometry;
        Format = format;
        _set = set;
        _inputZeroPoint = inputZeroPoint;
        int top = (1 << inputBits) - 1;
        if (format == WeightFormat.Tables)
        {
            _plan = new ConvolutionPlan(
                geometry with { InChannels = geometry.InChannels / 2 }, sizeof(Vector128<byte>), convertsInput: true,
                isDepthwise: false);
            var tables = new TablePacking(_plan, levels, zeroPoints);
            (_weights, _blockBytes) = (tables.Weights, tables.BlockBytes);
            _offsets = tables.Offsets(inputZeroPoint);
            _hasOffsets = true;
            _corrections = tables.Corrections();
            KernelRun[]? tableRuns = tables.AreSumsNarrow(top) ? tables.Runs(top) : null;
            HasRuns = tableRuns is not null;
            _runs = PinnedBuffer.Of<KernelRun>(tableRuns ?? [], 0);
            _runCount = tableRuns?.Length ?? 0;
            // Behind the last run they are widened, too.
            Windows = WeightPacking.Windows(tableRuns) + 1;
            _taps = PinnedBuffer.Of<int>([.. Taps(_plan)], 0);
            return;
        }
        int elementSize = format == WeightFormat.Words ? sizeof(ushort) : sizeof(byte);
        bool isDepthwise = format is WeightFormat.Depthwise or WeightFormat.NarrowDepthwise;
        _plan = new ConvolutionPlan(geometry, elementSize, format == WeightFormat.Words, isDepthwise);
        var packing = new WeightPacking(_plan, levels, zeroPoints, format);
        packing.CheckRange(Math.Max(inputZeroPoint, top - inputZeroPoint));
        _weights = packing.Weights;
        _blockBytes = packing.BlockBytes;
        _offsets = packing.Offsets(inputZeroPoint, set == InstructionSet.ArmDot && format == WeightFormat.Bytes);
        _hasOffsets = _offsets.Values<int>().ContainsAnyExcept(0);
        _corrections = packing.Corrections();
        if (_corrections is not null)
            _plan.PanelTiles = 1;
        bool isNarrow = format == WeightFormat.Bytes
            && set is InstructionSet.Ssse3 or InstructionSet.Avx2 or InstructionSet.Avx512;
        KernelRun[]? runs = packing.Runs(isNarrow ? top : 0);
        if (format == WeightFormat.NarrowDepthwise && !packing.AreSumsNarrow(top))
            runs = null;
        HasRuns = runs is not null;
        _runs = PinnedBuffer.Of<KernelRun>(runs ?? [], 0);
        _runCount = runs?.Length ?? 0;
        Windows = WeightPacking.Windows(runs);
    }

    /// <summary>Its shape.</summary>
    public ConvolutionGeometry Geometry { get; }

    /// <summary>How its weights lie in memory.</summary>
    public WeightFormat Format { get; }

    /// <summary>What it is computed with.</summary>
    public InstructionSet InstructionSet => _set;

    /// <summary>Number of its tiles.</summary>
    public int TileCount => _plan.TileCount;

    /// <summary>
    /// Bytes for the copy of the input that <see cref="Prepare(byte*, void*)"/> makes; 0 if it needs none.
    /// </summary>
    public nint ScratchBytes => _plan.ScratchBytes + (_taps is null ? 0 : PixelSumBytes);

    /// <summary>Bytes of packed weights.</summary>
    public int WeightBytes => _weights.Length;

    /// <summary>How often sums of 16 bits are widened for a pixel.</summary>
    public int Windows { get; }

    private bool HasRuns { get; }

    /// <summary>Bytes of the sums of the codes of all pixels, behind their tables.</summary>
    private nint PixelSumBytes => _plan.ScratchBytes / _plan.PixelBytes * sizeof(int);

    /// <summary>Packs weights.</summary>
    /// <param name="geometry">Shape of the convolution.</param>
    /// <param name="levels">Levels as [out channel, in channel of the group, depth, height, width].</param>
    /// <param name="zeroPoints">Levels that stand for 0, one for each channel of the output or one for all.</param>
    /// <param name="inputBits">Bits of the input's codes, 1 to 8.</param>
    /// <param name="inputZeroPoint">Code of the input that stands for 0.</param>
    /// <param name="set">What it is computed with; null for the fastest.</param>
    /// <param name="isLookedUp">Whether sums are looked up, where they can be; null where that is faster.</param>
    public static PackedConvolution Pack(
        ConvolutionGeometry geometry,
        ReadOnlySpan<byte> levels,
        ReadOnlySpan<byte> zeroPoints,
        int inputBits,
        byte inputZeroPoint,
        InstructionSet? set = null,
        bool? isLookedUp = null)
    {
        geometry.Validate();
        if (levels.Length != (long)geometry.OutChannels * geometry.Depth)
        {
            throw new ArgumentException(
                $"{levels.Length} levels, expected {geometry.OutChannels} x {geometry.Depth}.", nameof(levels));
        }
        if (zeroPoints.Length != 1 && zeroPoints.Length != geometry.OutChannels)
        {
            throw new ArgumentException(
                $"{zeroPoints.Length} zero points, expected 1 or {geometry.OutChannels}.", nameof(zeroPoints));
        }
        ArgumentOutOfRangeException.ThrowIfLessThan(inputBits, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(inputBits, 8);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(inputZeroPoint, (1 << inputBits) - 1);
        InstructionSet chosen = set ?? InstructionSets.Best;
        if (!InstructionSets.IsSupported(chosen))
            throw new PlatformNotSupportedException($"This processor does not have {chosen}.");
        if (geometry.IsDepthwise)
        {
            PackedConvolution? narrow = chosen < InstructionSet.Avx2
                ? null
                : Make(geometry, levels, zeroPoints, inputBits, inputZeroPoint, chosen, WeightFormat.NarrowDepthwise);
            return narrow
                ?? Make(geometry, levels, zeroPoints, inputBits, inputZeroPoint, chosen, WeightFormat.Depthwise)!;
        }
        if (chosen == InstructionSet.Avx512 && HasTables(geometry, levels, inputBits)
            && (isLookedUp ?? TablesPay(geometry))
            && Make(geometry, levels, zeroPoints, inputBits, inputZeroPoint, chosen, WeightFormat.Tables) is { } tables
            && (isLookedUp is not null || tables.Steps >= LeastSteps))
            return tables;
        PackedConvolution? bytes = chosen == InstructionSet.Portable
            ? null
            : Make(geometry, levels, zeroPoints, inputBits, inputZeroPoint, chosen, WeightFormat.Bytes);

        // Where sums of 16 bits are widened often, products that are summed in 32 bits at once are faster.
        if (set is null && chosen == InstructionSet.Avx512 && InstructionSets.IsSupported(InstructionSet.AvxVnni)
            && (bytes is null || bytes.Windows * 4 * sizeof(int) > bytes._plan.KernelBytes))
        {
            chosen = InstructionSet.AvxVnni;
            bytes = Make(geometry, levels, zeroPoints, inputBits, inputZeroPoint, chosen, WeightFormat.Bytes);
        }
        return bytes ?? Make(geometry, levels, zeroPoints, inputBits, inputZeroPoint, chosen, WeightFormat.Words)!;
    }

    /// <summary>Copies the input with padding, if <see cref="ScratchBytes"/> is not 0.</summary>
    /// <param name="input">Codes as [depth, height, width, channels].</param>
    /// <param name="scratch">Receives the copy.</param>
    public void Prepare(byte* input, void* scratch) => Prepare(input, scratch, 0, RowCount);

    /// <summary>Number of rows that <see cref="Prepare(byte*, void*)"/> copies.</summary>
    public int RowCount => _plan.Rows;

    /// <summary>Copies some rows of the input. Any may be copied at the same time on other threads.</summary>
    /// <param name="input">Codes as [depth, height, width, channels].</param>
    /// <param name="scratch">Receives the copy.</param>
    /// <param name="firstRow">Index of the first row.</param>
    /// <param name="lastRow">Index behind the last row.</param>
    public void Prepare(byte* input, void* scratch, int firstRow, int lastRow)
    {
        if (_taps is not null)
        {
            _plan.Prepare(
                (ushort*)input, (Vector128<byte>*)scratch, TableKernels.Of((byte)_inputZeroPoint), firstRow, lastRow);
            nint before = _plan.PixelsBefore(firstRow);
            TableKernels.SumPixels(
                (byte*)scratch + (before * _plan.PixelBytes),
                _plan.PixelBytes,
                (int*)((byte*)scratch + _plan.ScratchBytes) + before,
                _plan.PixelsBefore(lastRow) - before);
        }
        else if (_plan.ElementSize == sizeof(byte))
            _plan.Prepare(input, (byte*)scratch, (byte)_inputZeroPoint, firstRow, lastRow);
        else
            _plan.Prepare(input, (ushort*)scratch, _inputZeroPoint, firstRow, lastRow);
    }

    /// <summary>Computes some tiles. Any may be computed at the same time on other threads.</summary>
    /// <param name="source">The copy that <see cref="Prepare(byte*, void*)"/> has made,
    /// or the input if it needs none.</param>
    /// <param name="epilogue">What becomes of sums.</param>
    /// <param name="output">Receives the output: bytes if the epilogue has a grid, else float32.</param>
    /// <param name="residual">Codes or float32 that are added, if the epilogue says so.</param>
    /// <param name="firstTile">Index of the first tile.</param>
    /// <param name="lastTile">Index behind the last tile.</param>
    public void Run(void* source, Epilogue epilogue, void* output, byte* residual, int firstTile, int lastTile)
    {
        epilogue.Check(Geometry.OutChannels, residual is not null);
        ArgumentOutOfRangeException.ThrowIfNegative(firstTile);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(lastTile, TileCount);
        EpilogueAddresses addresses = epilogue.At(output, residual);
        addresses.Offsets = (int*)_offsets.Pointer;
        addresses.IsCutAtZero &= !_hasOffsets && _corrections is null;
        addresses.Corrections = (int*)(_corrections is null ? null : _corrections.Pointer);
        switch (_set, Format)
        {
            case (InstructionSet.Avx512, WeightFormat.Bytes):
                Run512<DotTile512<Avx512Bytes>>(source, addresses, firstTile, lastTile);
                break;
            case (InstructionSet.Avx512, WeightFormat.Tables):
                TableKernels.Run(
                    _plan,
                    (byte*)source,
                    (int*)((byte*)source + _plan.ScratchBytes),
                    (int*)_taps!.Pointer,
                    _taps.Length / sizeof(int),
                    _weights.Pointer,
                    _blockBytes,
                    (KernelRun*)_runs.Pointer,
                    _runCount,
                    addresses,
                    firstTile,
                    lastTile);
                break;
            case (InstructionSet.Avx512, WeightFormat.Words):
                Run512<DotTile512<Avx512Words>>(source, addresses, firstTile, lastTile);
                break;
            case (InstructionSet.Avx512, WeightFormat.NarrowDepthwise):
                Run512<NarrowDepthwiseTile>(source, addresses, firstTile, lastTile);
                break;
            case (_, WeightFormat.NarrowDepthwise):
                Run256<NarrowDepthwiseTile>(source, addresses, firstTile, lastTile);
                break;
            case (InstructionSet.Avx512, _):
                Run512<DepthwiseTile<Lanes512, Vector512<float>, Vector512<int>>>(
                    source, addresses, firstTile, lastTile);
                break;
            case (InstructionSet.AvxVnni, WeightFormat.Bytes):
                Run256<DotTile<VnniBytes, Vector256<int>>>(source, addresses, firstTile, lastTile);
                break;
            case (InstructionSet.AvxVnni, WeightFormat.Words):
                Run256<DotTile<VnniWords, Vector256<int>>>(source, addresses, firstTile, lastTile);
                break;
            case (InstructionSet.Avx2, WeightFormat.Bytes):
                Run256<DotTile<Avx2Bytes, Vector256<int>>>(source, addresses, firstTile, lastTile);
                break;
            case (InstructionSet.Avx2, WeightFormat.Words):
                Run256<DotTile<Avx2Words, Vector256<int>>>(source, addresses, firstTile, lastTile);
                break;
            case (InstructionSet.AvxVnni or InstructionSet.Avx2, _):
                Run256<DepthwiseTile<Lanes256, Vector256<float>, Vector256<int>>>(
                    source, addresses, firstTile, lastTile);
                break;
            case (InstructionSet.ArmDot, WeightFormat.Bytes):
                Run128<DotTile<ArmBytes, Vector128<int>>>(source, addresses, firstTile, lastTile);
                break;
            case (InstructionSet.Ssse3, WeightFormat.Bytes):
                Run128<DotTile<Ssse3Bytes, Vector128<int>>>(source, addresses, firstTile, lastTile);
                break;
            case (_, WeightFormat.Depthwise):
                Run128<DepthwiseTile<Lanes128, Vector128<float>, Vector128<int>>>(
                    source, addresses, firstTile, lastTile);
                break;
            default:
                Run128<DotTile<PortableWords, Vector128<int>>>(source, addresses, firstTile, lastTile);
                break;
        }
        GC.KeepAlive(epilogue);
        GC.KeepAlive(this);
    }

    /// <summary>Steps between two times that sums are widened, on average.</summary>
    private double Steps => (double)_plan.KernelBytes / TableKernels.Line / Windows;

    /// <summary>Whether sums can be looked up.</summary>
    private static bool HasTables(ConvolutionGeometry geometry, ReadOnlySpan<byte> levels, int inputBits) =>
        geometry.Groups == 1 && geometry.InChannels % 2 == 0 && inputBits <= MostTableBits
        && TablePacking.AreFew(levels);

    /// <summary>Whether sums are faster looked up than multiplied: tables are made once for all channels.</summary>
    private static bool TablesPay(ConvolutionGeometry geometry)
    {
        // Cycles for a pixel of the output, as measured: steps of 4 tables, or of 4 products, and the rest.
        double pixels = (double)geometry.Padded.Volume / geometry.Output.Volume;
        int channels = (geometry.InChannels + 7) / 8, blocks = (geometry.OutChannels + 15) / 16;
        double tables = (pixels * channels * 8) + (blocks * ((geometry.Kernel.Volume * channels * 1.25) + 12));
        double products = blocks * ((geometry.Kernel.Volume * ((geometry.InChannels + 3) / 4) * 1.15) + 6);
        long read = (long)geometry.Kernel.Depth * geometry.Kernel.Height
            * (DotKernel.Pixels + geometry.Kernel.Width - 1) * channels * TableKernels.Line;
        return tables < products && read <= MostTableBytes;
    }

    /// <summary>For each pixel of the kernel, how many pixels of the copy it is behind the first one.</summary>
    private static IEnumerable<int> Taps(ConvolutionPlan plan)
    {
        Extents kernel = plan.Geometry.Kernel, dilation = plan.Geometry.Dilation;
        for (int z = 0; z < kernel.Depth; z++)
        {
            for (int y = 0; y < kernel.Height; y++)
            {
                nint row = (z * dilation.Depth * plan.PlaneBytes) + (y * dilation.Height * plan.RowBytes);
                for (int x = 0; x < kernel.Width; x++)
                    yield return (int)((row / plan.PixelBytes) + ((nint)x * dilation.Width));
            }
        }
    }

    private static PackedConvolution? Make(
        ConvolutionGeometry geometry,
        ReadOnlySpan<byte> levels,
        ReadOnlySpan<byte> zeroPoints,
        int inputBits,
        byte inputZeroPoint,
        InstructionSet set,
        WeightFormat format)
    {
        var made = new PackedConvolution(geometry, levels, zeroPoints, inputBits, inputZeroPoint, set, format);
        return made.HasRuns ? made : null;
    }

    private void Run512<TKernel>(void* source, EpilogueAddresses epilogue, int first, int last)
        where TKernel : struct, ITileKernel =>
        Run<TKernel, CodeEpilogue512, Lanes512, Vector512<float>, Vector512<int>>(source, epilogue, first, last);

    private void Run256<TKernel>(void* source, EpilogueAddresses epilogue, int first, int last)
        where TKernel : struct, ITileKernel =>
        Run<TKernel, CodeEpilogue256, Lanes256, Vector256<float>, Vector256<int>>(source, epilogue, first, last);

    private void Run128<TKernel>(void* source, EpilogueAddresses epilogue, int first, int last)
        where TKernel : struct, ITileKernel =>
        Run<TKernel, NoCodeEpilogue, Lanes128, Vector128<float>, Vector128<int>>(source, epilogue, first, last);

    private void Run<TKernel, TCodes, TLanes, TFloat, TInt>(
        void* source,
        EpilogueAddresses epilogue,
        int first,
        int last)
        where TKernel : struct, ITileKernel
        where TCodes : struct, ICodeEpilogue
        where TLanes : struct, ILanes<TFloat, TInt>
        where TFloat : struct
        where TInt : struct =>
        TileLoop.Run<TKernel, TCodes, TLanes, TFloat, TInt>(
            _plan,
            (byte*)source,
            _weights.Pointer,
            _blockBytes,
            (KernelRun*)_runs.Pointer,
            _runCount,
            epilogue,
            first,
            last);
}
