using System.Runtime.InteropServices;

namespace QDrop.Kernels;

/// <summary>Brings weights into the order that kernels read, and proves what sums of 16 bits can hold.</summary>
internal sealed class WeightPacking
{
    /// <summary>Level that becomes 0 where distances from the zero point do not fit into a byte.</summary>
    private const int Middle = 128;

    private readonly ConvolutionPlan _plan;
    private readonly WeightFormat _format;
    private readonly int _perStep;
    private readonly int _steps;
    private readonly bool _isShifted;
    private readonly int[] _zeroPoints;
    private readonly long[] _totals;
    private readonly long[] _packedTotals;
    private readonly long[] _magnitudes;

    /// <summary>Packs weights.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="levels">Levels as [out channel, in channel of the group, kernel].</param>
    /// <param name="zeroPoints">Zero points, one for each channel of the output or one for all.</param>
    /// <param name="format">How they will lie in memory.</param>
    public WeightPacking(
        ConvolutionPlan plan,
        ReadOnlySpan<byte> levels,
        ReadOnlySpan<byte> zeroPoints,
        WeightFormat format)
    {
        _plan = plan;
        _format = format;
        ConvolutionGeometry g = plan.Geometry;
        _perStep = format switch
        {
            WeightFormat.Bytes => 4,
            WeightFormat.Words => 2,
            _ => 1,
        };
        _steps = plan.IsDepthwise ? g.Kernel.Volume : plan.KernelBytes / sizeof(int);
        _zeroPoints = new int[g.OutChannels];
        _totals = new long[g.OutChannels];
        _packedTotals = new long[g.OutChannels];
        _magnitudes = new long[g.OutChannels];
        int depth = g.Depth;
        for (int c = 0; c < g.OutChannels; c++)
        {
            _zeroPoints[c] = zeroPoints.Length == 1 ? zeroPoints[0] : zeroPoints[c];
            foreach (byte level in levels.Slice(c * depth, depth))
            {
                int weight = level - _zeroPoints[c];
                _totals[c] += weight;
                _magnitudes[c] += Math.Abs(weight);
                _isShifted |= format == WeightFormat.Bytes && weight is < sbyte.MinValue or > sbyte.MaxValue;
            }
        }
        int stepBytes = format == WeightFormat.NarrowDepthwise ? sizeof(short) : sizeof(int);
        BlockBytes = checked(_steps * DotKernel.Channels * stepBytes);
        Weights = new PinnedBuffer(checked(plan.Blocks * BlockBytes));
        switch (format)
        {
            case WeightFormat.Bytes:
                Place<sbyte>(levels, static w => checked((sbyte)w));
                break;
            case WeightFormat.Words or WeightFormat.NarrowDepthwise:
                Place<short>(levels, static w => (short)w);
                break;
            default:
                Place<int>(levels, static w => w);
                break;
        }
    }

    /// <summary>The weights as [block of 16 channels, step, channel, values of a step].</summary>
    public PinnedBuffer Weights { get; }

    /// <summary>Bytes of a block.</summary>
    public int BlockBytes { get; }

    /// <summary>Whether sums of products by codes fit into int16.</summary>
    /// <param name="top">Highest code of the input.</param>
    public bool AreSumsNarrow(int top) => _magnitudes.Max() * top <= short.MaxValue;

    /// <summary>Checks that sums fit into int32.</summary>
    /// <param name="largest">Greatest distance of a code from the input's zero point.</param>
    /// <exception cref="ArgumentException">They do not.</exception>
    public void CheckRange(int largest)
    {
        for (int c = 0; c < _magnitudes.Length; c++)
        {
            if (_magnitudes[c] * largest > int.MaxValue)
                throw new ArgumentException($"Sums of channel {c} can exceed 32 bits: {_magnitudes[c]} x {largest}.");
        }
    }

    /// <summary>What is added to the sums of each channel, so that they are of distances from zero points.</summary>
    /// <param name="inputZeroPoint">Zero point of the input.</param>
    /// <param name="areCodesShifted">Whether kernels multiply codes less 128.</param>
    public PinnedBuffer Offsets(int inputZeroPoint, bool areCodesShifted)
    {
        int[] offsets = new int[_totals.Length];
        for (int c = 0; c < offsets.Length; c++)
        {
            long offset = -inputZeroPoint * _totals[c];
            if (areCodesShifted)
                offset += Middle * _packedTotals[c];
            // Sums wrap around in 32 bits, and end where they should.
            offsets[c] = unchecked((int)offset);
        }
        return PinnedBuffer.Of<int>(offsets, DotKernel.Channels);
    }

    /// <summary>What the sum of a pixel's codes is multiplied by, for each channel; null if nowhere needed.</summary>
    public PinnedBuffer? Corrections()
    {
        if (!_isShifted)
            return null;
        int[] corrections = new int[_zeroPoints.Length];
        for (int c = 0; c < corrections.Length; c++)
            corrections[c] = Middle - _zeroPoints[c];
        return PinnedBuffer.Of<int>(corrections, DotKernel.Channels);
    }

    /// <summary>
    /// What a kernel reads for a pixel, with the places where sums of 16 bits have to be widened before they could
    /// overflow: each holds the products of two weights of a step, by codes from 0 to <paramref name="top"/>.
    /// </summary>
    /// <param name="top">Highest code of the input; 0 if sums are of 32 bits.</param>
    /// <returns>The runs; null if the products of one step alone can exceed 16 bits.</returns>
    public KernelRun[]? Runs(int top)
    {
        var runs = new List<KernelRun>();
        ReadOnlySpan<sbyte> weights = Weights.Values<sbyte>();
        int lanes = _plan.Blocks * DotKernel.Channels * 2;
        int[] least = new int[top == 0 ? 0 : lanes];
        int[] greatest = new int[least.Length];
        int step = 0;
        bool isFirst = true;
        foreach (KernelRun segment in _plan.Segments)
        {
            nint start = segment.Start;
            int size = _plan.IsDepthwise ? sizeof(byte) : sizeof(int);
            for (nint at = segment.Start; at < segment.End; at += size, step++)
            {
                if (top == 0)
                    continue;
                if (Widen(weights, step, top, least, greatest))
                    continue;
                Array.Clear(least);
                Array.Clear(greatest);
                if (!Widen(weights, step, top, least, greatest))
                    return null;
                KernelFlush flush = isFirst ? KernelFlush.Store : KernelFlush.Add;
                isFirst = false;
                if (at > start)
                    runs.Add(new KernelRun(start, at, flush));
                else
                    runs[^1] = runs[^1] with { Flush = flush };
                start = at;
            }
            runs.Add(new KernelRun(start, segment.End, KernelFlush.None));
        }
        runs[^1] = runs[^1] with { Flush = isFirst ? KernelFlush.Store : KernelFlush.Add };
        return [.. runs];
    }

    /// <summary>Number of windows of some runs.</summary>
    /// <param name="runs">The runs.</param>
    public static int Windows(ReadOnlySpan<KernelRun> runs)
    {
        int windows = 0;
        foreach (KernelRun run in runs)
            windows += run.Flush == KernelFlush.None ? 0 : 1;
        return windows;
    }

    /// <summary>Adds a step to the bounds of sums of 16 bits; false if one exceeds them.</summary>
    private bool Widen(ReadOnlySpan<sbyte> weights, int step, int top, int[] least, int[] greatest)
    {
        bool fits = true;
        for (int block = 0; block < _plan.Blocks; block++)
        {
            ReadOnlySpan<sbyte> values = weights.Slice(
                (block * BlockBytes) + (step * DotKernel.Channels * sizeof(int)), DotKernel.Channels * sizeof(int));
            for (int lane = 0; lane < DotKernel.Channels * 2; lane++)
            {
                int a = values[lane * 2];
                int b = values[(lane * 2) + 1];
                int at = (block * DotKernel.Channels * 2) + lane;
                least[at] += top * (Math.Min(a, 0) + Math.Min(b, 0));
                greatest[at] += top * (Math.Max(a, 0) + Math.Max(b, 0));
                fits &= least[at] >= short.MinValue && greatest[at] <= short.MaxValue;
            }
        }
        return fits;
    }

    private void Place<T>(ReadOnlySpan<byte> levels, Func<int, T> convert)
        where T : unmanaged
    {
        ConvolutionGeometry g = _plan.Geometry;
        Span<T> packed = MemoryMarshal.Cast<byte, T>(Weights.Values<byte>());
        int blockValues = _steps * DotKernel.Channels * _perStep;
        int taps = g.Kernel.Volume;
        int channels = _plan.IsDepthwise ? 1 : g.GroupInChannels;
        int paddedChannels = _plan.IsDepthwise ? 1 : _plan.PaddedGroupChannels;
        for (int c = 0; c < g.OutChannels; c++)
        {
            int group = c / _plan.GroupOutChannels;
            int inGroup = c - (group * _plan.GroupOutChannels);
            int block = (group * _plan.BlocksPerGroup) + (inGroup / DotKernel.Channels);
            int lane = inGroup % DotKernel.Channels;
            int zero = _isShifted ? Middle : _zeroPoints[c];
            for (int input = 0; input < channels; input++)
            {
                for (int tap = 0; tap < taps; tap++)
                {
                    int k = (tap * paddedChannels) + input;
                    int weight = levels[(((c * channels) + input) * taps) + tap] - zero;
                    _packedTotals[c] += weight;
                    packed[(block * blockValues)
                        + (((k / _perStep * DotKernel.Channels) + lane) * _perStep)
                        + (k % _perStep)] = convert(weight);
                }
            }
        }
    }
}
