namespace QDrop.Kernels;

/// <summary>
/// Brings weights of 2 bits into the order in which tables are looked up: two of them are an index into the 16 sums
/// that their two codes can give.
/// </summary>
internal sealed class TablePacking
{
    /// <summary>Levels that a weight can have.</summary>
    private const int Levels = 4;

    private readonly ConvolutionPlan _plan;
    private readonly int[] _zeroPoints;
    private readonly long[] _totals;
    private readonly long[] _sums;
    private readonly int _steps;

    /// <summary>Packs weights.</summary>
    /// <param name="plan">The plan, whose channels are pairs of channels.</param>
    /// <param name="levels">Levels as [out channel, in channel, kernel], 0 to 3.</param>
    /// <param name="zeroPoints">Zero points, one for each channel of the output or one for all.</param>
    public TablePacking(ConvolutionPlan plan, ReadOnlySpan<byte> levels, ReadOnlySpan<byte> zeroPoints)
    {
        _plan = plan;
        ConvolutionGeometry g = plan.Geometry;
        _steps = plan.KernelBytes / TableKernels.Line;
        BlockBytes = checked(_steps * TableKernels.Line);
        Weights = new PinnedBuffer(checked(plan.Blocks * BlockBytes));
        _zeroPoints = new int[g.OutChannels];
        _totals = new long[g.OutChannels];
        _sums = new long[g.OutChannels];
        Span<byte> packed = Weights.Values<byte>();
        int channels = 2 * g.InChannels, taps = g.Kernel.Volume, pairs = plan.PaddedGroupChannels;
        for (int c = 0; c < g.OutChannels; c++)
        {
            _zeroPoints[c] = zeroPoints.Length == 1 ? zeroPoints[0] : zeroPoints[c];
            int block = c / DotKernel.Channels, lane = c % DotKernel.Channels;
            for (int input = 0; input < channels; input++)
            {
                for (int tap = 0; tap < taps; tap++)
                {
                    byte level = levels[(((c * channels) + input) * taps) + tap];
                    _sums[c] += level;
                    _totals[c] += level - _zeroPoints[c];
                    int place = (((tap * pairs) + (input / 2)) * DotKernel.Channels) + lane;
                    packed[(block * BlockBytes) + place] |= (byte)(level << (input % 2 * 2));
                }
            }
        }
    }

    /// <summary>The weights as [block of 16 channels, pair of inputs, channel].</summary>
    public PinnedBuffer Weights { get; }

    /// <summary>Bytes of a block.</summary>
    public int BlockBytes { get; }

    /// <summary>Whether all levels are of 2 bits.</summary>
    public static bool AreFew(ReadOnlySpan<byte> levels) =>
        !levels.ContainsAnyExceptInRange((byte)0, (byte)(Levels - 1));

    /// <summary>Whether all sums of codes times levels fit into 16 bits without a sign.</summary>
    /// <param name="top">Highest code of the input.</param>
    public bool AreSumsNarrow(int top) => _sums.Max() * top <= ushort.MaxValue;

    /// <summary>What is added to the sums of each channel, so that they are of distances from zero points.</summary>
    /// <param name="inputZeroPoint">Zero point of the input.</param>
    public PinnedBuffer Offsets(int inputZeroPoint) => PinnedBuffer.Of<int>(
        Array.ConvertAll(_totals, t => checked((int)(-inputZeroPoint * t))), DotKernel.Channels);

    /// <summary>What the sum of a pixel's codes is multiplied by, for each channel.</summary>
    public PinnedBuffer Corrections() =>
        PinnedBuffer.Of<int>(Array.ConvertAll(_zeroPoints, static z => -z), DotKernel.Channels);

    /// <summary>
    /// What a kernel reads for a pixel, with the places where sums of 8 bits have to be widened before they could
    /// overflow.
    /// </summary>
    /// <param name="top">Highest code of the input.</param>
    /// <returns>The runs; null if one sum alone can exceed 8 bits.</returns>
    public KernelRun[]? Runs(int top)
    {
        ReadOnlySpan<byte> weights = Weights.Values<byte>();
        int[] most = new int[_plan.Blocks * TableKernels.Line];
        var runs = new List<KernelRun>();
        int step = 0;
        foreach (KernelRun segment in _plan.Segments)
        {
            nint start = segment.Start;
            for (nint at = segment.Start; at < segment.End; at += TableKernels.Line, step++)
            {
                if (Add(weights, step, top, most))
                    continue;
                Array.Clear(most);
                if (!Add(weights, step, top, most))
                    return null;
                if (at > start)
                    runs.Add(new KernelRun(start, at, KernelFlush.Add));
                else
                    runs[^1] = runs[^1] with { Flush = KernelFlush.Add };
                start = at;
            }
            runs.Add(new KernelRun(start, segment.End, KernelFlush.None));
        }
        return [.. runs];
    }

    private bool Add(ReadOnlySpan<byte> weights, int step, int top, int[] most)
    {
        bool fits = true;
        for (int block = 0; block < _plan.Blocks; block++)
        {
            for (int lane = 0; lane < TableKernels.Line; lane++)
            {
                int index = weights[(block * BlockBytes) + (step * TableKernels.Line) + lane];
                ref int sum = ref most[(block * TableKernels.Line) + lane];
                sum += top * ((index % Levels) + (index / Levels));
                fits &= sum <= byte.MaxValue;
            }
        }
        return fits;
    }
}
