using System.Runtime.Intrinsics;

namespace QDrop.Kernels;

/// <summary>
/// A convolution of float32, for layers that are not quantized. Each sum takes its products in the order (depth,
/// height, width, channel) with one rounding each, beginning at 0: every instruction set gives the same bytes.
/// </summary>
internal sealed unsafe class FloatConvolution
{
    private readonly ConvolutionPlan _plan;
    private readonly PinnedBuffer _weights;
    private readonly PinnedBuffer _runs;
    private readonly int _blockBytes;
    private readonly int _runCount;
    private readonly bool _channelsFirst;

    /// <summary>Packs weights.</summary>
    /// <param name="geometry">Shape of the convolution.</param>
    /// <param name="weights">Weights as [out channel, in channel of the group, depth, height, width].</param>
    /// <param name="channelsFirst">Whether the input lies as [channels, depth, height, width].</param>
    /// <param name="set">What it is computed with; null for the fastest.</param>
    public FloatConvolution(
        ConvolutionGeometry geometry,
        ReadOnlySpan<float> weights,
        bool channelsFirst = false,
        InstructionSet? set = null)
    {
        Geometry = geometry;
        _plan = new ConvolutionPlan(geometry, sizeof(float), channelsFirst, isDepthwise: false);
        if (weights.Length != (long)geometry.OutChannels * geometry.Depth)
        {
            throw new ArgumentException(
                $"{weights.Length} weights, expected {geometry.OutChannels} x {geometry.Depth}.", nameof(weights));
        }
        InstructionSet = set ?? InstructionSets.Best;
        if (!InstructionSets.IsSupported(InstructionSet))
            throw new PlatformNotSupportedException($"This processor does not have {InstructionSet}.");
        _channelsFirst = channelsFirst;
        _blockBytes = checked(geometry.Depth * DotKernel.Channels * sizeof(float));
        _weights = new PinnedBuffer(checked(_plan.Blocks * _blockBytes));
        _runs = PinnedBuffer.Of<KernelRun>([.. _plan.Segments], 0);
        _runCount = _plan.Segments.Count;
        Span<float> packed = _weights.Values<float>();
        int taps = geometry.Kernel.Volume;
        int channels = geometry.GroupInChannels;
        for (int block = 0; block < _plan.Blocks; block++)
        {
            _plan.FindChannels(block, out int first, out int count);
            for (int lane = 0; lane < count; lane++)
            {
                for (int k = 0; k < geometry.Depth; k++)
                {
                    packed[(((block * geometry.Depth) + k) * DotKernel.Channels) + lane] =
                        weights[((((first + lane) * channels) + (k % channels)) * taps) + (k / channels)];
                }
            }
        }
    }

    /// <summary>Its shape.</summary>
    public ConvolutionGeometry Geometry { get; }

    /// <summary>What it is computed with.</summary>
    public InstructionSet InstructionSet { get; }

    /// <summary>Number of its tiles.</summary>
    public int TileCount => _plan.TileCount;

    /// <summary>
    /// Bytes for the copy of the input that <see cref="Prepare(float*, void*)"/> makes; 0 if it needs none.
    /// </summary>
    public nint ScratchBytes => _plan.ScratchBytes;

    /// <summary>Copies the input with padding, if <see cref="ScratchBytes"/> is not 0.</summary>
    /// <param name="input">Values as [depth, height, width, channels], or with channels first.</param>
    /// <param name="scratch">Receives the copy.</param>
    public void Prepare(float* input, void* scratch) => Prepare(input, scratch, 0, RowCount);

    /// <summary>Number of rows that <see cref="Prepare(float*, void*)"/> copies.</summary>
    public int RowCount => _plan.Rows;

    /// <summary>Copies some rows of the input. Any may be copied at the same time on other threads.</summary>
    /// <param name="input">Values as [depth, height, width, channels], or with channels first.</param>
    /// <param name="scratch">Receives the copy.</param>
    /// <param name="firstRow">Index of the first row.</param>
    /// <param name="lastRow">Index behind the last row.</param>
    public void Prepare(float* input, void* scratch, int firstRow, int lastRow) =>
        _plan.Prepare(input, (float*)scratch, 0, firstRow, lastRow, _channelsFirst);

    /// <summary>Computes some tiles. Any may be computed at the same time on other threads.</summary>
    /// <param name="source">The copy that <see cref="Prepare(float*, void*)"/> has made,
    /// or the input if it needs none.</param>
    /// <param name="epilogue">What becomes of sums; a multiplier of 1 leaves them.</param>
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
        switch (InstructionSet)
        {
            case InstructionSet.Avx512:
                Run<Lanes512, FloatCodeEpilogue512, Vector512<float>, Vector512<int>>(
                    source, addresses, firstTile, lastTile);
                break;
            case InstructionSet.Avx2 or InstructionSet.AvxVnni:
                Run<Lanes256, NoCodeEpilogue, Vector256<float>, Vector256<int>>(
                    source, addresses, firstTile, lastTile);
                break;
            default:
                Run<Lanes128, NoCodeEpilogue, Vector128<float>, Vector128<int>>(
                    source, addresses, firstTile, lastTile);
                break;
        }
        GC.KeepAlive(epilogue);
        GC.KeepAlive(this);
    }

    private void Run<TLanes, TCodes, TFloat, TInt>(void* source, EpilogueAddresses epilogue, int first, int last)
        where TLanes : struct, ILanes<TFloat, TInt>
        where TCodes : struct, ICodeEpilogue
        where TFloat : struct
        where TInt : struct =>
        TileLoop.Run<FloatTile<TLanes, TFloat, TInt>, TCodes, TLanes, TFloat, TInt>(
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
